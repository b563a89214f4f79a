namespace Janus.Testing;

/// <summary>A request that a <see cref="ScriptedHelper"/> got.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path with a slash in front.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Authorization">The Authorization header.</param>
/// <param name="Body">The whole body.</param>
public sealed record ScriptedRequest(string Method, string Path, string? ContentType, string? Authorization, byte[] Body)
{
    /// <summary>The query with a question mark in front, or nothing.</summary>
    public string Query { get; init; } = "";

    /// <summary>The DAP-Taskprov header.</summary>
    public string? Taskprov { get; init; }

    public bool IsAggregationJob => Path.EndsWith("/aggregation_jobs", StringComparison.Ordinal);

    public bool IsAggregateShare => Path.EndsWith("/aggregate_shares", StringComparison.Ordinal);

    /// <summary>A request to one aggregation job: it continues it, asks for an answer, or deletes it.</summary>
    public bool IsToAggregationJob => Path.Contains("/aggregation_jobs/", StringComparison.Ordinal);

    /// <summary>A request to one aggregate share.</summary>
    public bool IsToAggregateShare => Path.Contains("/aggregate_shares/", StringComparison.Ordinal);

    /// <summary>Method, path and query: the header holds a token.</summary>
    public override string ToString() => $"{Method} {Path}{Query}";
}
