namespace Janus.Aggregator;

/// <summary>A job in a log line; the text is made only when the line is written.</summary>
/// <param name="Kind">What kind of job.</param>
/// <param name="Id">The job's ID.</param>
/// <param name="TaskId">The ID of its task, as <see cref="TaskDirectory.NameOf"/> has it.</param>
internal readonly record struct JobName(string Kind, object Id, string TaskId)
{
    /// <summary>Kind and ID.</summary>
    public override string ToString() => $"{Kind} {Id}";
}
