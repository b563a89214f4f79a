namespace Janus.Aggregator;

/// <summary>A write of a step found the job another driver's, or gone: it changed nothing, and the step is over.</summary>
internal sealed class LeaseLostException() : Exception("the lease is lost");
