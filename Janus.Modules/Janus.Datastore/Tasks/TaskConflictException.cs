using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Thrown when a task is added under an ID that a different task already has.</summary>
public sealed class TaskConflictException : Exception
{
    /// <summary>Creates the exception for the task ID in question.</summary>
    public TaskConflictException(TaskId id)
        : base($"task {id} exists already with other parameters or tokens (its tokens are changed by 'janus task token')") => Id = id;

    /// <summary>The exception for a task that the same database has in the other role.</summary>
    /// <param name="id">The task.</param>
    /// <param name="stored">The role that this aggregator has in it already: Leader or Helper.</param>
    public static TaskConflictException OtherRole(TaskId id, Role stored) =>
        new(id, $"this aggregator is the {stored} of task {id} already, and cannot be the other aggregator as well: expected the database of the other organisation (is JANUS_DATABASE_URL or the configuration file the right one?)");

    private TaskConflictException(TaskId id, string message)
        : base(message) => Id = id;

    /// <summary>The ID that is taken.</summary>
    public TaskId Id { get; }

    /// <summary>The exception for a task that was deleted, and whose ID is not free yet.</summary>
    public static TaskConflictException Deleted(TaskId id) =>
        new(id, $"task {id} was deleted, and its ID is taken until what it had is removed ('janus gc run', a minute after the deletion)");
}
