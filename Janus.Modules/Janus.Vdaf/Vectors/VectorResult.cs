namespace Janus.Vdaf.Vectors;

/// <summary>The result of checking one test vector file.</summary>
/// <param name="Name">The file's name without its extension, such as <c>Prio3Count_0</c>.</param>
/// <param name="Status">How it fared.</param>
/// <param name="Detail">
/// For a failure the first difference: the operation, what was expected and what came out. For an algorithm that is
/// not supported its name. Otherwise null.
/// </param>
public sealed record VectorResult(string Name, VectorStatus Status, string? Detail);
