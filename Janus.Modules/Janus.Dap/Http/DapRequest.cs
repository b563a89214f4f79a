using Janus.Messages;

namespace Janus.Dap;

/// <summary>A request to an Aggregator that can be sent any number of times, always with the same bytes.</summary>
/// <param name="Operation">What it asks for.</param>
/// <param name="Method">The method.</param>
/// <param name="Uri">The resource.</param>
public sealed record DapRequest(DapOperation Operation, HttpMethod Method, Uri Uri)
{
    internal const int MaximumProblemLength = 1 << 16;

    /// <summary>The content, not changed until the answer is there; none when <see cref="ContentType"/> is null.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The media type of the content, one of the <see cref="DapMediaTypes"/> of its version.</summary>
    public string? ContentType { get; init; }

    /// <summary>The media type that the answer has when it is not empty, one of the <see cref="DapMediaTypes"/> of its version.</summary>
    public string? Accept { get; init; }

    /// <summary>Authenticates the sender; it never goes to another server.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>The configuration of the task, for a request that advertises it: see <see cref="TaskprovHeader"/>.</summary>
    public TaskConfiguration? AdvertisedTask { get; init; }

    /// <summary>Whether caches on the way must ask the Aggregator.</summary>
    public bool NoCache { get; init; }

    /// <summary>The longest content of a successful answer to accept, in bytes.</summary>
    public int MaximumResponseLength { get; init; } = MaximumProblemLength;
}
