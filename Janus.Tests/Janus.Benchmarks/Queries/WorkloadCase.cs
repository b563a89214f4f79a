namespace Janus.Benchmarks.Queries;

/// <summary>A method of a store, and how to run it once on a filled database.</summary>
/// <param name="Method">Store and method, such as <c>ReportStore.PutAsync</c>.</param>
/// <param name="Per">What makes it run.</param>
/// <param name="RunAsync">Runs it, each time on something else.</param>
internal sealed record WorkloadCase(string Method, RunsPer Per, Func<WorkloadContext, Task> RunAsync);
