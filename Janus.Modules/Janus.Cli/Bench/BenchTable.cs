using System.Globalization;
using Janus.Dap;
using Spectre.Console;

namespace Janus.Cli.Bench;

/// <summary>Prints the figures of a run for people.</summary>
internal static class BenchTable
{
    private const int WideEnough = 100;
    private const int Gap = 2;

    /// <summary>Prints what they were measured on, and a row for each.</summary>
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        // A line that a narrow terminal breaks is easier to read than cells that are.
        console.Profile.Width = Math.Max(console.Profile.Width, WideEnough);
        string[] isas = [.. report.Results.Select(result => result.Isa).Distinct()];
        int threads = report.Results.Max(result => result.Threads);
        console.WriteLine($"{report.Cpu}, {report.Runtime}, {string.Join(", ", isas)}, {Plural.Of(threads, "thread")}");
        console.WriteLine($"one X25519 key agreement, the unit of the column X25519: {Format(report.X25519Us)} µs ({report.X25519Library})");
        if (threads > 1)
        {
            console.WriteLine("µs/report and X25519 are of one core, reports/s of all threads");
        }

        console.WriteLine();
        console.Write(TableOf(report, isas.Length > 1));
    }

    /// <summary>At least three digits that count.</summary>
    public static string Format(double value) => value.ToString(
        value switch
        {
            >= 100 => "N0",
            >= 10 => "N1",
            >= 1 => "N2",
            >= 0.1 => "N3",
            _ => "N4",
        },
        CultureInfo.InvariantCulture);

    private static Table TableOf(BenchReport report, bool withIsa)
    {
        string[] texts = ["VDAF", "", .. withIsa ? (string[])["ISA"] : []];
        Table table = new() { Border = TableBorder.None };
        foreach (string column in (string[])[.. texts, "batch", "µs/report", "X25519", "reports/s"])
        {
            table.AddColumn(new TableColumn(column)
            {
                NoWrap = true,
                Padding = new Padding(0, 0, Gap, 0),
                Alignment = texts.Contains(column) ? Justify.Left : Justify.Right,
            });
        }

        foreach (BenchResult result in report.Results)
        {
            table.AddPlainRow(
            [
                result.Vdaf,
                result.Operation,
                .. withIsa ? (string[])[result.Isa] : [],
                result.Batch.ToString(CultureInfo.InvariantCulture),
                Format(result.CoreUsPerReport),
                Format(result.X25519Units),
                result.ReportsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            ]);
        }

        return table;
    }
}
