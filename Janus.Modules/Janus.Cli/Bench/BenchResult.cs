using System.Text.Json.Serialization;

namespace Janus.Cli.Bench;

/// <summary>How fast one operation of one VDAF is.</summary>
/// <param name="Vdaf">The VDAF: see <see cref="BenchVdaf.Name"/>.</param>
/// <param name="Operation">The operation, in lower case: see <see cref="BenchOperation"/>.</param>
/// <param name="Isa">The instruction set: see <see cref="IsaNames"/>.</param>
/// <param name="Threads">The number of threads, each with a batch of its own.</param>
/// <param name="Batch">The number of reports of a batch.</param>
/// <param name="UsPerReport">The time divided by the reports of all threads, in µs: the median of the samples.</param>
/// <param name="UsPerReportMin">The same of the fastest sample.</param>
/// <param name="CoreUsPerReport">The time that one report takes a core, in µs: <paramref name="UsPerReport"/> times the threads.</param>
/// <param name="X25519Units">The time that one report takes a core, in X25519 key agreements of the same run.</param>
/// <param name="X25519UnitsMin">The same of the fastest samples of both, which other work on the machine disturbs least.</param>
/// <param name="ReportsPerSecond">The reports of all threads in one second.</param>
/// <param name="AllocatedBytesPerReport">What the operation allocates on the managed heap.</param>
/// <param name="WorkingSetBytes">The memory of the whole process after the operation, its inputs and outputs included.</param>
internal sealed record BenchResult(
    string Vdaf,
    string Operation,
    string Isa,
    int Threads,
    int Batch,
    double UsPerReport,
    double UsPerReportMin,
    double CoreUsPerReport,
    [property: JsonPropertyName("x25519_units")] double X25519Units,
    [property: JsonPropertyName("x25519_units_min")] double X25519UnitsMin,
    double ReportsPerSecond,
    double AllocatedBytesPerReport,
    long WorkingSetBytes);
