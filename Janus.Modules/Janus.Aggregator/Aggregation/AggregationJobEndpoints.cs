using System.Globalization;
using System.IO.Pipelines;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The Helper's aggregation jobs: DAP §4.5.3.2 (aggregation-helper-init) and §4.5.4.2 (aggregation-helper-continuation).
/// </summary>
internal sealed class AggregationJobEndpoints
{
    private const int MaximumHeaderLength = 128 << 10;

    private readonly TaskDirectory _tasks;
    private readonly HelperAggregationJobs _jobs;
    private readonly AggregationJobQueue _queue;
    private readonly AggregationJobOptions _options;

    public AggregationJobEndpoints(
        TaskDirectory tasks, HelperAggregationJobs jobs, AggregationJobQueue queue, IOptions<AggregatorOptions> options)
    {
        _tasks = tasks;
        _jobs = jobs;
        _queue = queue;
        _options = options.Value.AggregationJobs;
    }

    /// <summary><c>POST tasks/{task-id}/aggregation_jobs</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper, PeekVerificationKeyIdAsync);
        context.RequireMediaType(task.Version.MediaTypes.AggregationJobInitReq);
        long limit = LimitOf(task);
        context.LimitBody(limit);
        using Arrival arrival = _queue.Receive(task, context, limit);
        using HashingStream body = new(arrival.Body.AsStream());
        WireStreamReader stream = new(PipeReader.Create(body));
        AggregationJobInitReqHeader header = await stream.ReadOneAsync<AggregationJobInitReqHeader>(
            MaximumHeaderLength, context.RequestAborted);
        HelperAggregationRequests.Check(task, header);
        List<VerifyInit> inits = await ReadAllAsync<VerifyInit>(
            task, stream, ElementLimits.VerifyInit(task.Vdaf, header.AggParam.Span), _options.MaximumReportsAccepted, context.RequestAborted);
        HelperAggregationJob job;
        using (_queue.BeginWork(task, arrival))
        {
            job = await _jobs.CreateAsync(task, new AggregationJobInitReq(header, inits), body.Hash(), context.RequestAborted);
        }

        arrival.BeginAnswer();
        await RespondAsync(context, task, job);
    }

    /// <summary><c>POST tasks/{task-id}/aggregation_jobs/{aggregation-job-id}</c>.</summary>
    public async Task ContinueAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregationJobId id = context.RouteId<AggregationJobId>(DapRoute.AggregationJobId);
        context.RequireMediaType(task.Version.MediaTypes.AggregationJobContinueReq);
        HelperAggregationJob job = await _jobs.FindAsync(task, id, context.RequestAborted);
        context.LimitBody(_options.MaximumRequestBytes);
        using Arrival arrival = _queue.Receive(task, context, _options.MaximumRequestBytes);
        using HashingStream body = new(arrival.Body.AsStream());
        WireStreamReader stream = new(PipeReader.Create(body));
        AggregationJobContinueReqHeader header = await stream.ReadOneAsync<AggregationJobContinueReqHeader>(sizeof(ushort), context.RequestAborted);
        int message = HelperAggregationRequests.MessageOf(task, header.Step);
        List<VerifyContinue> continues = await ReadAllAsync<VerifyContinue>(
            task, stream, ElementLimits.VerifyContinue(task.Vdaf, job.AggParam, message), job.ReportCount, context.RequestAborted);
        using (_queue.BeginWork(task, arrival))
        {
            job = await _jobs.ContinueAsync(task, job, new AggregationJobContinueReq(header.Step, continues), body.Hash(), context.RequestAborted);
        }

        arrival.BeginAnswer();
        await RespondAsync(context, task, job);
    }

    /// <summary><c>GET tasks/{task-id}/aggregation_jobs/{aggregation-job-id}</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregationJobId id = context.RouteId<AggregationJobId>(DapRoute.AggregationJobId);
        await RespondAsync(context, task, await _jobs.FindAsync(task, id, StepOf(context, task), context.RequestAborted));
    }

    /// <summary><c>DELETE tasks/{task-id}/aggregation_jobs/{aggregation-job-id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregationJobId id = context.RouteId<AggregationJobId>(DapRoute.AggregationJobId);
        await _jobs.DeleteAsync(task, id, context.RequestAborted);
    }

    // The first byte of the body, which is left in place. Once the body is being read, its limit stays.
    private async ValueTask<byte?> PeekVerificationKeyIdAsync(HttpContext context)
    {
        context.RequireMediaType(DapVersion.Newest.MediaTypes.AggregationJobInitReq);
        context.LimitBody(_options.MaximumRequestBytes);
        ReadResult result = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
        byte? id = result.Buffer.IsEmpty ? null : result.Buffer.Slice(0, 1).FirstSpan[0];
        context.Request.BodyReader.AdvanceTo(result.Buffer.Start);
        return id;
    }

    // With an aggregation parameter, the length of a report is not known before the header has been read.
    private long LimitOf(AggregatorTask task) => task.Vdaf.HasAggParam
        ? _options.MaximumRequestBytes
        : Math.Min((task.VerifyInitBodyLength([]) * _options.MaximumReportsAccepted) + MaximumHeaderLength, _options.MaximumRequestBytes);

    private static async Task<List<T>> ReadAllAsync<T>(
        AggregatorTask task, WireStreamReader stream, int elementLimit, int most, CancellationToken cancellationToken)
        where T : IWireElement<T>
    {
        List<T> elements = [];
        await foreach (T element in stream.ReadAllAsync<T>(elementLimit, cancellationToken))
        {
            if (elements.Count == most)
            {
                throw new DapProblemException(DapProblemType.InvalidMessage, $"expected at most {most} reports in the request", task.Id);
            }

            elements.Add(element);
        }

        return elements;
    }

    // Absent, it is the step that the job is at.
    private static ushort? StepOf(HttpContext context, AggregatorTask task)
    {
        if (!context.Request.Query.TryGetValue(DapRoute.Step, out Microsoft.Extensions.Primitives.StringValues values))
        {
            return null;
        }

        return values.Count == 1 && ushort.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort step)
            ? step
            : throw new DapProblemException(DapProblemType.InvalidMessage, "one step of 0 to 65535 expected in the query", task.Id);
    }

    // An answer that is there carries no step in its Location; one that is deferred tells which step to poll for.
    private async Task RespondAsync(HttpContext context, AggregatorTask task, HelperAggregationJob job)
    {
        Uri location = task.HelperUrls.AggregationJob(task.Id, job.Id);
        if (job.Response is { } response)
        {
            context.Response.Headers.Location = location.AbsolutePath;
            await context.WriteAsync(task.Version.MediaTypes.AggregationJobResp, response);
            return;
        }

        context.Response.Headers.Location = AggregatorUrls.WithStep(location, (ushort)job.Step).PathAndQuery;
        context.Response.Headers.RetryAfter = RetryAfter.Format(await _queue.RetryAfterAsync(context.RequestAborted));
        context.Response.ContentLength = 0;
    }
}
