namespace Janus.Datastore;

/// <summary>What became of a task that was to be opted into.</summary>
public abstract record TaskprovOptInOutcome
{
    private TaskprovOptInOutcome()
    {
    }

    /// <summary>The task is stored, by this call or by one before.</summary>
    /// <param name="Task">The task as it is stored.</param>
    /// <param name="IsNew">Whether this call stored it.</param>
    public sealed record OptedIn(DapTask Task, bool IsNew) : TaskprovOptInOutcome;

    /// <summary>The peer is gone, or takes no new tasks.</summary>
    public sealed record Closed : TaskprovOptInOutcome;

    /// <summary>An operator has deleted the task.</summary>
    public sealed record Deleted : TaskprovOptInOutcome;

    /// <summary>The peer has as many tasks as it may have.</summary>
    public sealed record Full : TaskprovOptInOutcome;

    /// <summary>The peer has had as many new tasks lately as it may have.</summary>
    /// <param name="Until">When there may be another one.</param>
    public sealed record TooMany(DateTimeOffset Until) : TaskprovOptInOutcome;
}
