using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Janus.Datastore;

/// <summary>Instruments and activities of the datastore, all under the name <see cref="Name"/>.</summary>
public static class DatastoreMetrics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Janus.Datastore";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "janus.datastore.transaction.duration",
        "s",
        "How long transactions took, retries included.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30] });

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "janus.datastore.transaction.retries", "{retry}", "Transactions that PostgreSQL broke off and that ran again.");

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Begins a span, if what the transaction is a part of is traced: looking for work makes no traces.</summary>
    internal static Activity? StartActivity(string name) => Activity.Current is null ? null : Source.StartActivity(name);

    internal static void Ran(string name, TimeSpan duration, bool succeeded) => Duration.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>("transaction", name),
        new KeyValuePair<string, object?>("outcome", succeeded ? "ok" : "error"));

    internal static void Retried(string name, string sqlState) => Retries.Add(
        1,
        new KeyValuePair<string, object?>("transaction", name),
        new KeyValuePair<string, object?>("sql_state", sqlState));
}
