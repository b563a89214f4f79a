namespace Janus.Cli.Bench;

/// <summary>What a run is about to do.</summary>
/// <param name="Vdaf">The VDAF's name.</param>
/// <param name="What">The operation, or what is done before.</param>
/// <param name="Done">The part of the run that is done, from 0 to 1.</param>
internal readonly record struct BenchStep(string Vdaf, string What, double Done);
