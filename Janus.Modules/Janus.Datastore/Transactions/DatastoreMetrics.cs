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
        "janus.datastore.transaction.duration", "s", "How long transactions took, retries included.");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "janus.datastore.transaction.retries", "{retry}", "Transactions that PostgreSQL broke off and that ran again.");

    internal static ActivitySource Source { get; } = new(Name);

    internal static void Ran(string name, TimeSpan duration, bool succeeded) => Duration.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>("transaction", name),
        new KeyValuePair<string, object?>("outcome", succeeded ? "ok" : "error"));

    internal static void Retried(string name, string sqlState) => Retries.Add(
        1,
        new KeyValuePair<string, object?>("transaction", name),
        new KeyValuePair<string, object?>("sql_state", sqlState));
}
