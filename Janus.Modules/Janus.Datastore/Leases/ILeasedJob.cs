namespace Janus.Datastore;

/// <summary>A job that one worker at a time has the right to work on.</summary>
public interface ILeasedJob
{
    /// <summary>The task's key in the database.</summary>
    int TaskKey { get; }

    /// <summary>The job's ID, whose text names it in logs.</summary>
    object Id { get; }

    /// <summary>When the job was created.</summary>
    DateTimeOffset CreatedAt { get; }
}
