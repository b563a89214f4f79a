using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>Requests from the Leader to the Helper: section <c>Aggregator:Peer</c>.</summary>
public sealed class PeerOptions
{
    /// <summary>How long to wait for a whole answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
