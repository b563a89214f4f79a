using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Helper's aggregation jobs: DAP §4.5.3.2 (aggregation-helper-init).</summary>
internal sealed class AggregationJobEndpoints
{
    private const int MaximumHeaderLength = 128 << 10;

    private readonly TaskDirectory _tasks;
    private readonly HelperAggregationJobs _jobs;
    private readonly AggregationJobOptions _options;

    public AggregationJobEndpoints(TaskDirectory tasks, HelperAggregationJobs jobs, IOptions<AggregatorOptions> options)
    {
        _tasks = tasks;
        _jobs = jobs;
        _options = options.Value.AggregationJobs;
    }

    /// <summary><c>POST tasks/{task-id}/aggregation_jobs</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        context.RequireMediaType(DapMediaType.AggregationJobInitReq);
        context.LimitBody(Math.Min(
            (task.VerifyInitBodyLength([]) * _options.MaximumReportsAccepted) + MaximumHeaderLength, _options.MaximumRequestBytes));
        using HashingStream body = new(context.Request.Body);
        WireStreamReader stream = new(System.IO.Pipelines.PipeReader.Create(body));
        AggregationJobInitReqHeader header = await stream.ReadOneAsync<AggregationJobInitReqHeader>(
            MaximumHeaderLength, context.RequestAborted);
        List<VerifyInit> inits = [];
        await foreach (VerifyInit init in stream.ReadAllAsync<VerifyInit>(ElementLimits.VerifyInit(task.Vdaf, []), context.RequestAborted))
        {
            if (inits.Count == _options.MaximumReportsAccepted)
            {
                throw new DapProblemException(
                    DapProblemType.InvalidMessage, $"at most {_options.MaximumReportsAccepted} reports in an aggregation job expected", task.Id);
            }

            inits.Add(init);
        }

        HelperAggregationJob job = await _jobs.CreateAsync(task, header, inits, body.Hash(), context.RequestAborted);
        await RespondAsync(context, task, job);
    }

    /// <summary><c>GET tasks/{task-id}/aggregation_jobs/{aggregation-job-id}</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregationJobId id = context.RouteId<AggregationJobId>(DapRoute.AggregationJobId);
        await RespondAsync(context, task, await _jobs.FindAsync(task, id, context.RequestAborted));
    }

    /// <summary><c>DELETE tasks/{task-id}/aggregation_jobs/{aggregation-job-id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregationJobId id = context.RouteId<AggregationJobId>(DapRoute.AggregationJobId);
        await _jobs.DeleteAsync(task, id, context.RequestAborted);
    }

    private static Task RespondAsync(HttpContext context, AggregatorTask task, HelperAggregationJob job)
    {
        context.Response.Headers.Location = task.HelperUrls.AggregationJob(task.Id, job.Id).AbsolutePath;
        return context.WriteAsync(DapMediaType.AggregationJobResp, job.Response);
    }
}
