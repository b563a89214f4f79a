namespace Janus.Aggregator;

/// <summary>A job in a log line; the text is made only when the line is written.</summary>
/// <param name="Kind">What kind of job.</param>
/// <param name="Id">The job's ID.</param>
internal readonly record struct JobName(string Kind, object Id)
{
    /// <summary>Kind and ID.</summary>
    public override string ToString() => $"{Kind} {Id}";
}
