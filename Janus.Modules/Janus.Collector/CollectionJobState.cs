using System.Diagnostics.CodeAnalysis;

namespace Janus.Collector;

/// <summary>What the Leader has answered about a collection job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Result">The result, or null while the job is pending.</param>
/// <param name="PollAfter">How long to wait before asking again.</param>
public sealed record CollectionJobState(CollectionJobHandle Job, CollectionResult? Result, TimeSpan PollAfter)
{
    /// <summary>Whether the result is there.</summary>
    [MemberNotNullWhen(true, nameof(Result))]
    public bool IsReady => Result is not null;
}
