using System.Globalization;
using Spectre.Console;

namespace Janus.Cli.Bench;

/// <summary>Prints the figures of a run for people.</summary>
internal static class BenchTable
{
    /// <summary>Prints what they were measured on, and a row for each.</summary>
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        console.WriteLine($"{report.Cpu}, {report.Runtime}");
        console.WriteLine($"one X25519 key agreement: {Format(report.X25519Us)} µs ({report.X25519Library})");
        bool threads = report.Results.Any(result => result.Threads > 1);
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("VDAF").AddColumn("operation").AddColumn("ISA");
        foreach (string column in (string[])["threads", "batch", threads ? "µs per report and core" : "µs per report", "in X25519", "reports/s"])
        {
            table.AddColumn(new TableColumn(column) { NoWrap = true }.RightAligned());
        }

        foreach (BenchResult result in report.Results)
        {
            table.AddPlainRow(
                result.Vdaf,
                result.Operation,
                result.Isa,
                $"{result.Threads}",
                $"{result.Batch}",
                Format(result.CoreUsPerReport),
                Format(result.X25519Units),
                result.ReportsPerSecond.ToString("N0", CultureInfo.InvariantCulture));
        }

        console.Write(table);
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
}
