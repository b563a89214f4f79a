using System.Text.Json.Serialization;

namespace Janus.Cli.Bench;

/// <summary>All figures of a run, as programs read them.</summary>
/// <param name="X25519Us">One X25519 key agreement in the same run, in µs: the median of its samples.</param>
/// <param name="X25519UsMin">The same of the fastest sample.</param>
/// <param name="X25519Library">What has computed it.</param>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Runtime">The runtime's name and version.</param>
/// <param name="Results">The figures of the VDAFs.</param>
internal sealed record BenchReport(
    [property: JsonPropertyName("x25519_us")] double X25519Us,
    [property: JsonPropertyName("x25519_us_min")] double X25519UsMin,
    [property: JsonPropertyName("x25519_library")] string X25519Library,
    string Cpu,
    string Runtime,
    IReadOnlyList<BenchResult> Results)
{
    /// <summary>
    /// One report of several runs, one for each instruction set, which have measured the same in the same order. A
    /// result's X25519 units stay those of its own run.
    /// </summary>
    public static BenchReport Merge(IReadOnlyList<BenchReport> reports) => reports[0] with
    {
        X25519Us = Sampler.Median(reports.Select(report => report.X25519Us)),
        X25519UsMin = reports.Min(report => report.X25519UsMin),
        Results = [.. Enumerable.Range(0, reports[0].Results.Count).SelectMany(index => reports.Select(report => report.Results[index]))],
    };
}
