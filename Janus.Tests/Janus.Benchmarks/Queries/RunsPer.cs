namespace Janus.Benchmarks.Queries;

/// <summary>What makes a statement run, the more often the greater.</summary>
internal enum RunsPer
{
    /// <summary>A command of an operator, or the start of a process.</summary>
    Command,

    /// <summary>A turn of a worker: a poll, or a job.</summary>
    Tick,

    /// <summary>An HTTP request.</summary>
    Request,
}
