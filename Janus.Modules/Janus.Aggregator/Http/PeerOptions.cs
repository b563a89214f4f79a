using System.ComponentModel.DataAnnotations;

namespace Janus.Aggregator;

/// <summary>Requests from the Leader to the Helper: section <c>Aggregator:Peer</c>.</summary>
public sealed class PeerOptions
{
    /// <summary>How long to wait for a whole answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How long to wait before asking again for an answer that the Helper has deferred without <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "01:00:00")]
    public TimeSpan PollDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before asking again, whatever the Helper asks for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "1.00:00:00")]
    public TimeSpan MaximumPollDelay { get; set; } = TimeSpan.FromMinutes(5);
}
