using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Collector;

/// <summary>
/// Collects aggregate results of one task from its Leader: DAP §4.6 (collect-flow). Safe for concurrent use.
/// </summary>
/// <remarks>
/// <see cref="CollectAsync(Query, IProgress{CollectionProgress}?, CancellationToken)"/> does everything. An application
/// that outlives restarts creates a job, keeps its handle, and polls or collects by the handle. Requests are sent again
/// after failures that may pass; all methods throw <see cref="DapResponseException"/>, with the type of the problem, when
/// the Leader refuses a request or the job has failed, and <see cref="HttpRequestException"/>, <see cref="IOException"/>
/// or <see cref="TimeoutException"/> when it stays out of reach.
/// </remarks>
public sealed class DapCollector
{
    private readonly BearerToken _token;
    private readonly DapCollectorOptions _options;
    private readonly DapExchange _exchange;
    private readonly AggregateShareUnsharder _unsharder;
    private readonly AggregatorUrls _leader;

    /// <summary>Prepares collection for one task. The key pair and the HTTP client stay the caller's: see <see cref="DapHttpHandler"/>.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="taskConfiguration">The task's configuration.</param>
    /// <param name="collectorHpkeConfig">The HPKE configuration that the Aggregators encrypt to.</param>
    /// <param name="keyPair">Its key pair.</param>
    /// <param name="token">Authenticates the Collector to the Leader.</param>
    /// <param name="httpClient">Sends the requests.</param>
    /// <param name="options">How to work.</param>
    /// <param name="vdafs">The VDAFs that tasks may use.</param>
    /// <exception cref="ArgumentException">
    /// The task's configuration or an option is not valid, or the key pair does not fit the HPKE configuration.
    /// </exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public DapCollector(
        TaskId taskId,
        TaskConfiguration taskConfiguration,
        HpkeConfig collectorHpkeConfig,
        HpkeKeyPair keyPair,
        BearerToken token,
        HttpClient httpClient,
        DapCollectorOptions? options = null,
        SupportedVdafs? vdafs = null)
    {
        ArgumentNullException.ThrowIfNull(taskConfiguration);
        _options = options ?? new DapCollectorOptions();
        _options.Validate();
        TaskConfigurationRules.ThrowIfMistaken(taskConfiguration);
        ArgumentNullException.ThrowIfNull(collectorHpkeConfig);
        ArgumentNullException.ThrowIfNull(keyPair);
        if (!keyPair.PublicKey.Span.SequenceEqual(collectorHpkeConfig.PublicKey.Span))
        {
            throw new ArgumentException("expected the key pair of the HPKE configuration, got another one", nameof(keyPair));
        }

        TaskId = taskId;
        TaskConfiguration = taskConfiguration;
        _token = token;
        _exchange = new DapExchange(httpClient, _options.BackOff, _options.TimeProvider);
        _unsharder = new AggregateShareUnsharder(
            taskId, taskConfiguration, collectorHpkeConfig, keyPair, _options.DifferentialPrivacy, vdafs ?? new SupportedVdafs());
        _leader = new AggregatorUrls(taskConfiguration.LeaderAggregatorEndpoint);
    }

    /// <summary>
    /// Prepares collection for a task that is not provisioned beforehand: its ID follows from its configuration, which every
    /// request advertises: Taskprov (task-advertisement). The Leader knows it once a Client has uploaded a report.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The task's configuration or an option is not valid, or the key pair does not fit the HPKE configuration.
    /// </exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public static DapCollector ForAdvertisedTask(
        TaskConfiguration taskConfiguration,
        HpkeConfig collectorHpkeConfig,
        HpkeKeyPair keyPair,
        BearerToken token,
        HttpClient httpClient,
        DapCollectorOptions? options = null,
        SupportedVdafs? vdafs = null) => new(
            TaskprovDerivation.TaskIdOf(taskConfiguration),
            taskConfiguration,
            collectorHpkeConfig,
            keyPair,
            token,
            httpClient,
            (options ?? new DapCollectorOptions()) with { AdvertiseTask = true },
            vdafs);

    /// <summary>The task.</summary>
    public TaskId TaskId { get; }

    /// <summary>The task's configuration.</summary>
    public TaskConfiguration TaskConfiguration { get; }

    /// <summary>Creates a collection job with the empty aggregation parameter, waits for its result, and deletes it.</summary>
    /// <exception cref="ArgumentException">The query's batch mode is not the task's, or the VDAF has an aggregation parameter.</exception>
    /// <exception cref="AggregateShareException">An aggregate share cannot be opened, or is malformed.</exception>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public Task<CollectionResult> CollectAsync(
        Query query, IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        CollectAsync(RequestFor(query), progress, cancellationToken);

    /// <summary>Creates a collection job, with an aggregation parameter or extensions, waits for its result, and deletes it.</summary>
    /// <exception cref="ArgumentException">
    /// The query's batch mode is not the task's, or the VDAF does not accept the aggregation parameter.
    /// </exception>
    /// <exception cref="AggregateShareException">An aggregate share cannot be opened, or is malformed.</exception>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public Task<CollectionResult> CollectAsync(
        CollectionJobReq request, IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        WithDeadlineAsync(
            async stop => await FinishAsync(await CreateAsync(request, stop), progress, stop), cancellationToken);

    /// <summary>Waits for the result of a collection job created before, and deletes it.</summary>
    /// <exception cref="ArgumentException">The job is not one of this task at its Leader.</exception>
    /// <exception cref="AggregateShareException">An aggregate share cannot be opened, or is malformed.</exception>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public Task<CollectionResult> CollectAsync(
        CollectionJobHandle job, IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        WithDeadlineAsync(
            async stop => await FinishAsync(await PollAsync(job, stop), progress, stop), cancellationToken);

    /// <summary>
    /// Creates a collection job with the empty aggregation parameter, or finds the one that an identical request has
    /// created: DAP §4.6.1 (collect-init).
    /// </summary>
    /// <exception cref="ArgumentException">The query's batch mode is not the task's, or the VDAF has an aggregation parameter.</exception>
    /// <exception cref="AggregateShareException">The result is there, but an aggregate share cannot be opened, or is malformed.</exception>
    public Task<CollectionJobState> CreateAsync(Query query, CancellationToken cancellationToken = default) =>
        CreateAsync(RequestFor(query), cancellationToken);

    /// <summary>Creates a collection job, or finds the one that an identical request has created: DAP §4.6.1 (collect-init).</summary>
    /// <exception cref="ArgumentException">
    /// The query's batch mode is not the task's, or the VDAF does not accept the aggregation parameter.
    /// </exception>
    /// <exception cref="AggregateShareException">The result is there, but an aggregate share cannot be opened, or is malformed.</exception>
    public async Task<CollectionJobState> CreateAsync(CollectionJobReq request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        BatchMode batchMode = request.Query.BatchMode;
        if (batchMode != TaskConfiguration.BatchMode)
        {
            throw new ArgumentException(
                $"expected a query of the batch mode {TaskConfiguration.BatchMode}, got {batchMode}", nameof(request));
        }

        if (!_unsharder.IsValidAggParam(request.AggParam.Span))
        {
            throw new ArgumentException("expected an aggregation parameter of the task's VDAF", nameof(request));
        }

        DapResponse response = await _exchange.SendAsync(
            Complete(DapVersion.Newest.Requests.CreateCollectionJob(_leader, TaskId, request), request), cancellationToken);
        Uri location = response.Location ?? throw new DapResponseException(
            response.Resource, response.Status, "expected the location of a collection job on the leader's server");
        return Read(response, new CollectionJobHandle(TaskId, location, request));
    }

    /// <summary>Asks once how a collection job is: DAP §4.6.1 (collect-init).</summary>
    /// <exception cref="ArgumentException">The job is not one of this task at its Leader.</exception>
    /// <exception cref="AggregateShareException">The result is there, but an aggregate share cannot be opened, or is malformed.</exception>
    public async Task<CollectionJobState> PollAsync(CollectionJobHandle job, CancellationToken cancellationToken = default)
    {
        RequireOurs(job);
        return Read(await _exchange.SendAsync(Complete(DapVersion.Newest.Requests.PollCollectionJob(job.Uri), job.Request), cancellationToken), job);
    }

    /// <summary>Lets the Leader abandon or forget a collection job: DAP §4.6.3. A job that it does not know is fine.</summary>
    /// <exception cref="ArgumentException">The job is not one of this task at its Leader.</exception>
    public async Task DeleteAsync(CollectionJobHandle job, CancellationToken cancellationToken = default)
    {
        RequireOurs(job);
        try
        {
            await _exchange.SendAsync(Complete(DapVersion.Newest.Requests.DeleteCollectionJob(job.Uri), job.Request), cancellationToken);
        }
        catch (DapResponseException exception)
            when (exception.Status is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Gone)
        {
        }
    }

    private static CollectionJobReq RequestFor(Query query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new CollectionJobReq(query, ReadOnlyMemory<byte>.Empty, []);
    }

    private DapRequest Complete(DapRequest request, CollectionJobReq job) => request with
    {
        Token = _token,
        AdvertisedTask = _options.AdvertiseTask ? TaskConfiguration : null,
        MaximumResponseLength = _unsharder.MaximumResponseLength(job.AggParam.Span),
    };

    private async Task<CollectionResult> FinishAsync(
        CollectionJobState state, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        for (int polls = 1; !state.IsReady; polls++)
        {
            progress?.Report(new CollectionProgress(state.Job, polls, state.PollAfter));
            await Task.Delay(state.PollAfter, _options.TimeProvider, cancellationToken);
            state = await PollAsync(state.Job, cancellationToken);
        }

        return state.Result with { JobDeleted = !_options.KeepFinishedJobs && await TryDeleteAsync(state.Job, cancellationToken) };
    }

    // The result is too valuable to be lost over this; the caller is told.
    private async Task<bool> TryDeleteAsync(CollectionJobHandle job, CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(job, cancellationToken);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private CollectionJobState Read(DapResponse response, CollectionJobHandle job)
    {
        if (response.Content.IsEmpty)
        {
            return new CollectionJobState(job, null, _options.PollDelay(response.RetryAfter));
        }

        CollectionJobResp decoded;
        try
        {
            decoded = WireMessage.Decode<CollectionJobResp>(response.Content.Span);
        }
        catch (DecodeException exception)
        {
            throw new DapResponseException(
                response.Resource, response.Status, $"expected the result of a collection job: {exception.Message}", exception);
        }

        if (decoded.ReportCount == 0)
        {
            throw new DapResponseException(response.Resource, response.Status, "expected the result of a collection job over at least one report");
        }

        CollectionResult result = new(decoded.ReportCount, decoded.Interval, _unsharder.Unshard(job.Request, decoded))
        {
            Job = job,
            IsPossiblyWrapped = _unsharder.IsPossiblyWrapped(decoded.ReportCount),
        };
        return new CollectionJobState(job, result, TimeSpan.Zero);
    }

    // A handle comes from storage: the token must not go wherever it points.
    private void RequireOurs(CollectionJobHandle job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.TaskId != TaskId || AggregatorUrls.ResolveLocation(_leader.Endpoint, job.Uri) is null)
        {
            throw new ArgumentException("expected a collection job of this task on the leader's server", nameof(job));
        }
    }

    private async Task<CollectionResult> WithDeadlineAsync(
        Func<CancellationToken, Task<CollectionResult>> collect, CancellationToken cancellationToken)
    {
        if (_options.Deadline is not { } deadline)
        {
            return await collect(cancellationToken);
        }

        using CancellationTokenSource passed = new(deadline, _options.TimeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, passed.Token);
        try
        {
            return await collect(stop.Token);
        }
        catch (OperationCanceledException exception)
            when (passed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"no result of the collection job of task {TaskId} within {deadline.TotalSeconds}s from the Leader at {Quote.Of(_leader.CollectionJobs(TaskId))}; the Leader goes on with it, and its handle collects it later",
                exception);
        }
    }
}
