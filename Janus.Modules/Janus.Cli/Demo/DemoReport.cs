using System.Globalization;
using System.Numerics;
using Janus.Dap;
using Spectre.Console;

namespace Janus.Cli.Demo;

/// <summary>Prints the aggregate that the Collector learned beside the true one.</summary>
internal static class DemoReport
{
    private const int MaximumRows = 40;

    /// <summary>Prints both, and tells whether they are equal to the last digit.</summary>
    public static bool Print(IAnsiConsole console, MeasurementEncoding encoding, DemoResult result, IReadOnlyList<UInt128> truth, int reports)
    {
        IReadOnlyList<BigInteger> aggregate = result.Collection.AggregateResult;
        Table table = new Table().AddColumn("element").AddColumn(Right("aggregate")).AddColumn(Right("true"));
        for (int i = 0; i < Math.Min(aggregate.Count, MaximumRows); i++)
        {
            bool same = i < truth.Count && aggregate[i] == truth[i];
            table.AddRow(
                new Text(encoding.Labels[i]),
                new Text(Format(aggregate[i]), same ? Style.Plain : new Style(Color.Red)),
                new Text(i < truth.Count ? Format(truth[i]) : "-"));
        }

        console.Write(table);
        if (aggregate.Count > MaximumRows)
        {
            console.WriteLine($"and {Plural.Of(aggregate.Count - MaximumRows, "element")} more");
        }

        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            uploaded    {Plural.Of(reports, "report")} in {result.UploadTime.TotalSeconds:F1} s: {Rate(reports, result.UploadTime)} reports/s
            aggregated  all of them {result.AggregationTime.TotalSeconds:F1} s after the first upload: {Rate(reports, result.AggregationTime)} reports/s
            collected   {Plural.Of((long)result.Collection.ReportCount, "report")}, {(result.CollectionTime - result.AggregationTime).TotalSeconds:F1} s after that
            """));
        bool equal = result.Collection.ReportCount == (ulong)reports && aggregate.SequenceEqual(truth.Select(element => (BigInteger)element));
        console.WriteLine(equal
            ? "The aggregate equals the true one, and no party has seen a single measurement."
            : "The aggregate DIFFERS from the true one.");
        return equal;
    }

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();

    private static string Format(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Rate(int reports, TimeSpan time) =>
        (reports / Math.Max(time.TotalSeconds, 0.001)).ToString("N0", CultureInfo.InvariantCulture);
}
