using System.Diagnostics.Metrics;
using Janus.Dap;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Janus.Aggregator;

/// <summary>Instruments of the requests that are served, beside the web server's own.</summary>
internal sealed class RequestMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _problems;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _jobsShed;
    private readonly Counter<long> _uploadsShed;
    private readonly Counter<long> _connectionsClosed;
    private readonly Histogram<double> _writeWait;

    public RequestMetrics(Meter meter)
    {
        _meter = meter;
        _problems = meter.CreateCounter<long>("janus.request.problems", "{response}", "Requests answered with a problem document, by route and problem.");
        _repeated = meter.CreateCounter<long>("janus.aggregation.repeated_requests", "{request}", "Requests for aggregation jobs that the Helper had answered before, and answered again.");
        _jobsShed = meter.CreateCounter<long>("janus.aggregation.shed_requests", "{request}", "Requests for aggregation jobs that the Helper refused or ended for lack of places or memory, by reason.");
        _uploadsShed = meter.CreateCounter<long>("janus.upload.shed_requests", "{request}", "Upload requests refused or ended for lack of memory, by reason.");
        _connectionsClosed = meter.CreateCounter<long>("janus.connections.closed", "{connection}", "Connections closed because there were too many: those that had kept us waiting for longest.");
        _writeWait = meter.CreateHistogram("janus.upload.write_wait", "s", "How long opened reports waited until they were committed.", advice: Buckets.Seconds);
    }

    /// <summary>A request is answered with a problem document.</summary>
    public void Problem(HttpContext context, DapProblem problem) => _problems.Add(
        1,
        Label.Of("route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none"),
        Label.Of("problem", problem.DapType is { } type ? Label.Text(type) : $"http_{problem.Status}"));

    /// <summary>A Helper answers what it has answered before.</summary>
    public void Repeated() => _repeated.Add(1);

    /// <summary>Counts an upload request that was refused, or ended, because of what others hold in memory.</summary>
    public void UploadShed(QuotaAnswer reason) => _uploadsShed.Add(1, Label.Of("reason", reason));

    /// <summary>Counts a request for an aggregation job that was refused, or ended, because of what others hold.</summary>
    public void JobShed(QuotaAnswer reason) => _jobsShed.Add(1, Label.Of("reason", reason));

    /// <summary>A connection is closed for the sake of others.</summary>
    public void ConnectionClosed() => _connectionsClosed.Add(1);

    /// <summary>Reports are committed.</summary>
    public void Written(TimeSpan waited) => _writeWait.Record(waited.TotalSeconds);

    /// <summary>Publishes what upload requests hold in memory.</summary>
    public void ObserveUploadMemory(Func<long> bytes, long limit)
    {
        _meter.CreateObservableGauge("janus.upload.memory", bytes, "By", "What upload requests in progress may hold in memory.");
        _meter.CreateObservableGauge("janus.upload.memory.limit", () => limit, "By", "What upload requests may hold in memory together.");
    }

    /// <summary>Publishes how many reports wait to be written, and for how long.</summary>
    public void ObserveUploadQueue(Func<long> reports, Func<TimeSpan> oldest)
    {
        _meter.CreateObservableGauge("janus.upload.queue", reports, "{report}", "Reports waiting to be written.");
        _meter.CreateObservableGauge("janus.upload.queue.oldest_age", () => oldest().TotalSeconds, "s", "How long the oldest of the reports has waited to be written.");
    }

    /// <summary>Publishes what requests for aggregation jobs hold.</summary>
    public void ObserveJobRequests(Func<long> places, long maximumPlaces, Func<long> memory, long maximumMemory)
    {
        _meter.CreateObservableGauge("janus.aggregation.requests", places, "{request}", "Requests for aggregation jobs that the Helper is working on.");
        _meter.CreateObservableGauge("janus.aggregation.requests.limit", () => maximumPlaces, "{request}", "Requests for aggregation jobs that the Helper takes at once.");
        _meter.CreateObservableGauge("janus.aggregation.request_memory", memory, "By", "What requests for aggregation jobs may hold in memory.");
        _meter.CreateObservableGauge("janus.aggregation.request_memory.limit", () => maximumMemory, "By", "What requests for aggregation jobs may hold in memory together.");
    }
}
