using System.Diagnostics.Metrics;
using System.Globalization;
using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>Instruments of a Leader's requests to Helpers.</summary>
internal sealed class PeerMetrics
{
    private readonly Histogram<double> _duration;

    public PeerMetrics(Meter meter) => _duration = meter.CreateHistogram(
        "janus.peer.request.duration", "s", "How long requests to the Helper took, by operation and status.", advice: Buckets.Seconds);

    /// <summary>A request is over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="failure">What it ended with, if not with an answer that can be used.</param>
    /// <param name="duration">How long it took.</param>
    public void Sent(DapRequest request, Exception? failure, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, Label.Of("operation", OperationOf(request)), Label.Of("status", StatusOf(failure)));

    private static string OperationOf(DapRequest request) => request.Operation switch
    {
        DapOperation.CreateAggregationJob => "create_aggregation_job",
        DapOperation.ContinueAggregationJob => "continue_aggregation_job",
        DapOperation.PollAggregationJob => "poll_aggregation_job",
        DapOperation.CreateAggregateShare => "create_aggregate_share",
        DapOperation.PollAggregateShare => "poll_aggregate_share",
        _ => "delete",
    };

    // Status codes as they are; what is no answer in words.
    private static string StatusOf(Exception? failure) => failure switch
    {
        null => "200",
        DapResponseException answer => ((int)answer.Status).ToString(CultureInfo.InvariantCulture),
        TimeoutException => "timeout",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls_error",
        HttpRequestException or IOException => "unreachable",
        _ => "broken_off",
    };
}
