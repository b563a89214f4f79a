using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Janus.Aggregator;

/// <summary>Opts into tasks that requests advertise: Taskprov (provisioning-a-task).</summary>
/// <remarks>
/// Strangers can make up tasks without end. What is refused is remembered nowhere: it costs the parsing of the header and,
/// beyond a limit, not even a look into the database.
/// </remarks>
internal sealed partial class TaskprovTasks : IDisposable
{
    private const string Closed = "no new tasks are taken up with this peer ('janus taskprov peer set')";

    // How long a limit is taken for reached without asking the database again.
    private static readonly TimeSpan LimitMemory = TimeSpan.FromSeconds(5);

    private readonly TaskprovOptions _options;
    private readonly TaskprovPolicy _policy;
    private readonly TaskprovPeers _peers;
    private readonly TaskStore _store;
    private readonly MaintenanceMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskprovTasks> _logger;
    private readonly SemaphoreSlim _optingIn = new(1);

    // One entry for each peer at most.
    private readonly ConcurrentDictionary<int, (DateTimeOffset Until, TaskprovOptInOutcome Outcome)> _reached = [];

    public TaskprovTasks(
        IOptions<AggregatorOptions> options,
        TaskprovPolicy policy,
        TaskprovPeers peers,
        TaskStore store,
        AggregatorMetrics metrics,
        TimeProvider time,
        ILogger<TaskprovTasks> logger)
    {
        _options = options.Value.Taskprov;
        _policy = policy;
        _peers = peers;
        _store = store;
        _metrics = metrics.Maintenance;
        _time = time;
        _logger = logger;
    }

    /// <summary>The task that a request advertises: none when the header is not there or malformed, or when Taskprov is switched off.</summary>
    public TaskConfiguration? AdvertisedIn(HttpRequest request)
    {
        if (!_options.Enabled || !request.Headers.TryGetValue(TaskprovHeader.Name, out StringValues lines))
        {
            return null;
        }

        // Several lines are one value with commas: RFC 9651 §4.2.
        return TaskprovHeader.TryParse(string.Join(", ", lines.ToArray()), out TaskConfiguration? advertised) ? advertised : null;
    }

    /// <summary>Holds the task ID in a request's path against the task that the request advertises, if it does.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedTask</c>: they do not belong together.</exception>
    public static void RequireMatch(TaskId id, TaskConfiguration? advertised)
    {
        if (advertised is not null && TaskprovDerivation.TaskIdOf(advertised) != id)
        {
            throw new DapProblemException(
                DapProblemType.UnrecognizedTask, $"the task ID in the path is not the one that follows from the task configuration in {TaskprovHeader.Name}", id);
        }
    }

    /// <summary>The other Aggregator of an advertised task, if it is a peer of ours.</summary>
    public ValueTask<TaskprovPeer?> FindPeerAsync(TaskConfiguration advertised, Role role, CancellationToken cancellationToken) =>
        _peers.FindAsync(advertised, role, cancellationToken);

    /// <summary>Opts into a task that is new here; the sender has the right to advertise it, and the task ID follows from it.</summary>
    /// <param name="id">The task ID.</param>
    /// <param name="advertised">The task's configuration.</param>
    /// <param name="role">Our role in the task.</param>
    /// <param name="peer">The other Aggregator.</param>
    /// <param name="verificationKeyId">Names the secret that the verification key is derived from; the newest if null.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="DapProblemException"><c>invalidTask</c>: we opt out.</exception>
    /// <exception cref="HttpProblemException">429: there have been too many new tasks lately.</exception>
    public async Task<DapTask> OptInAsync(
        TaskId id, TaskConfiguration advertised, Role role, TaskprovPeer? peer, byte? verificationKeyId, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (peer is null)
        {
            throw OptedOut(id, $"the other aggregator of the task is no peer of this {role} ('janus taskprov peer add')");
        }

        if (!peer.AcceptsNewTasks)
        {
            throw OptedOut(id, Closed);
        }

        TaskprovOptInOutcome outcome = Reached(peer.Key, now)
            ?? await OptInAsync(TaskOf(id, advertised, role, peer, verificationKeyId, now), peer.Key, cancellationToken);
        switch (outcome)
        {
            case TaskprovOptInOutcome.OptedIn optedIn:
                if (optedIn.IsNew)
                {
                    _metrics.OptedIn();
                    LogOptedIn(id, role, peer.Endpoint);
                }

                return optedIn.Task;
            case TaskprovOptInOutcome.TooMany tooMany:
                Remember(peer.Key, tooMany.Until, outcome, now);
                _metrics.OptInLimited();
                throw new HttpProblemException(
                    HttpStatusCode.TooManyRequests, "too many new tasks", "as many tasks as this aggregator takes up in this time have been advertised; try again later")
                {
                    RetryAfter = tooMany.Until - now,
                };
            case TaskprovOptInOutcome.Full:
                Remember(peer.Key, DateTimeOffset.MaxValue, outcome, now);
                throw OptedOut(id, $"there are as many tasks as the peer may have, {_options.MaximumTasks} (Taskprov.MaximumTasks)");
            case TaskprovOptInOutcome.Deleted:
                throw OptedOut(id, "it was deleted here ('janus task delete')");
            default:
                throw OptedOut(id, Closed);
        }
    }

    // One at a time: those that wait for the peer's row would keep the connections from others.
    private async Task<TaskprovOptInOutcome> OptInAsync(DapTask task, int peerKey, CancellationToken cancellationToken)
    {
        await _optingIn.WaitAsync(cancellationToken);
        try
        {
            return Reached(peerKey, task.CreatedAt) ?? await _store.OptInAsync(task, Limits, cancellationToken);
        }
        finally
        {
            _optingIn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _optingIn.Dispose();

    private TaskprovLimits Limits => new(_options.MaximumTasks, _options.MaximumNewTasks, _options.NewTasksPeriod);

    private DapTask TaskOf(
        TaskId id, TaskConfiguration advertised, Role role, TaskprovPeer peer, byte? verificationKeyId, DateTimeOffset now)
    {
        IReadOnlyList<string> refusals = _policy.Refusals(advertised, role, now);
        if (refusals.Count > 0)
        {
            throw OptedOut(id, string.Join("; ", refusals));
        }

        if (peer.DifferentialPrivacy?.FindMistake(advertised) is { } unsuitable)
        {
            throw OptedOut(id, unsuitable);
        }

        TaskprovVerifyKeyInit init = peer.VerifyKeyInit(verificationKeyId) ?? throw new DapProblemException(
            DapProblemType.InvalidMessage,
            $"expected a verification_key_id that both aggregators know, got {verificationKeyId?.ToString(CultureInfo.InvariantCulture) ?? "none"} ('janus taskprov peer add-verify-key-init')",
            id);
        bool selects = role == Role.Leader && advertised.BatchMode == BatchMode.LeaderSelected;
        return new DapTask
        {
            Id = id,
            Role = role,
            Configuration = advertised,
            VerifyKey = TaskprovDerivation.VerifyKeyOf(init.Secret, id, VdafDescription.Of(advertised).VerifyKeySize),
            VerificationKeyId = init.Id,
            CollectorHpkeConfig = peer.CollectorHpkeConfig,
            TaskprovPeerKey = peer.Key,
            TargetBatchSize = selects && peer.TargetBatchSize > advertised.MinBatchSize ? peer.TargetBatchSize : null,
            BatchTimeWindow = selects && peer.BatchTimeWindow is { } window
                ? Math.Max(1, (ulong)window.TotalSeconds / advertised.TimePrecision.Seconds)
                : null,
            Asynchronous = role == Role.Helper && peer.Asynchronous,
            // Rounded up: no report goes earlier than the operators have agreed on.
            ReportExpiryAge = peer.ReportExpiryAge is { } age
                ? ((ulong)age.TotalSeconds + advertised.TimePrecision.Seconds - 1) / advertised.TimePrecision.Seconds
                : null,
            DifferentialPrivacy = peer.DifferentialPrivacy,
            CreatedAt = now,
        };
    }

    private TaskprovOptInOutcome? Reached(int peerKey, DateTimeOffset now) =>
        _reached.TryGetValue(peerKey, out (DateTimeOffset Until, TaskprovOptInOutcome Outcome) reached) && now < reached.Until ? reached.Outcome : null;

    private void Remember(int peerKey, DateTimeOffset until, TaskprovOptInOutcome outcome, DateTimeOffset now)
    {
        if (Reached(peerKey, now) is null)
        {
            DateTimeOffset soon = now + LimitMemory;
            _reached[peerKey] = (until < soon ? until : soon, outcome);
        }
    }

    private DapProblemException OptedOut(TaskId id, string reason)
    {
        _metrics.OptedOut();
        return new DapProblemException(DapProblemType.InvalidTask, $"this aggregator does not take part in the task: {reason}", id);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "opted into task {TaskId} as {Role} with {Peer}")]
    private partial void LogOptedIn(TaskId taskId, Role role, string peer);
}
