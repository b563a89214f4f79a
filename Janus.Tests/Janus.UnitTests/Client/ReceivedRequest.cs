namespace Janus.UnitTests.Client;

/// <summary>A request as a <see cref="LoopbackServer"/> has received it.</summary>
internal sealed record ReceivedRequest(
    string Method, string Path, string? ContentType, string? Accept, string? Authorization, string? CacheControl, byte[] Body)
{
    /// <summary>The DAP-Taskprov header.</summary>
    public string? Taskprov { get; init; }
}
