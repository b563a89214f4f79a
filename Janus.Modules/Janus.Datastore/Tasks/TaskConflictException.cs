using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Thrown when a task is added under an ID that a different task already has.</summary>
public sealed class TaskConflictException : Exception
{
    /// <summary>Creates the exception for the task ID in question.</summary>
    public TaskConflictException(TaskId id)
        : base($"task {id} exists already with other parameters or tokens (its tokens are changed by 'janus task token')") => Id = id;

    /// <summary>The ID that is taken.</summary>
    public TaskId Id { get; }
}
