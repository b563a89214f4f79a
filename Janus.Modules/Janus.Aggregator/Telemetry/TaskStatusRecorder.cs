using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Gathers what an operator asks about a task and no transaction knows of, and writes it every few seconds and at the end: the
/// uploads that were refused, and how the peer was met last. A process that is killed loses the last seconds of it.
/// </summary>
internal sealed partial class TaskStatusRecorder : BackgroundService
{
    /// <summary>How often it is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(5);

    private readonly TaskStatusStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskStatusRecorder> _logger;
    private readonly Lock _lock = new();
    private Dictionary<(int TaskKey, ReportError Reason), long> _refused = [];
    private Dictionary<int, PeerContact> _contacts = [];

    public TaskStatusRecorder(TaskStatusStore store, TimeProvider time, ILogger<TaskStatusRecorder> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Counts reports of a known task that were refused at upload.</summary>
    public void Refused(AggregatorTask task, IEnumerable<ReportError> errors)
    {
        lock (_lock)
        {
            foreach (ReportError error in errors)
            {
                _refused[(task.Key, error)] = _refused.GetValueOrDefault((task.Key, error)) + 1;
            }
        }
    }

    /// <summary>The peer answered, or was authenticated.</summary>
    public void Met(AggregatorTask task) => Add(task, new PeerContact(_time.GetUtcNow(), null, null));

    /// <summary>Something went wrong with the peer.</summary>
    public void Failed(AggregatorTask task, string error)
    {
        Add(task, new PeerContact(null, _time.GetUtcNow(), Quote.Line(error, PeerContact.MaximumErrorLength)));
    }

    /// <summary>What a request to the peer has told: <see langword="null"/> for an answer that can be used.</summary>
    public void Answered(AggregatorTask task, DapRequest request, Exception? failure)
    {
        if (failure is null or DapResponseException)
        {
            Met(task);
        }

        switch (failure)
        {
            // That a job is not there any more is what a Leader hears when it tidies up.
            case DapResponseException refusal when refusal.Type != DapProblemType.UnrecognizedAggregationJob && request.Method != HttpMethod.Delete:
                Failed(task, refusal.Message);
                break;
            case HttpRequestException or IOException or TimeoutException:
                Failed(task, Quote.MessageOf(failure));
                break;
            default:
                break;
        }
    }

    /// <summary>Writes what there is.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<(int TaskKey, ReportError Reason), long> refused;
        Dictionary<int, PeerContact> contacts;
        lock (_lock)
        {
            (refused, _refused) = (_refused, []);
            (contacts, _contacts) = (_contacts, []);
        }

        try
        {
            await _store.RecordAsync(
                [.. refused.Select(count => new ReportCount(count.Key.TaskKey, ReportStage.Refused, count.Key.Reason, count.Value))], contacts, cancellationToken);
        }
        catch (Exception exception)
        {
            // Later, then: there is at most one entry for each task and reason.
            TakeBack(refused, contacts);
            LogNotWritten(exception.Message);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LastWrite);
        await WriteAsync(limit.Token);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void Add(AggregatorTask task, PeerContact contact)
    {
        lock (_lock)
        {
            _contacts[task.Key] = _contacts.TryGetValue(task.Key, out PeerContact? known) ? known.Merge(contact) : contact;
        }
    }

    private void TakeBack(Dictionary<(int TaskKey, ReportError Reason), long> refused, Dictionary<int, PeerContact> contacts)
    {
        lock (_lock)
        {
            foreach (((int TaskKey, ReportError Reason) key, long reports) in refused)
            {
                _refused[key] = _refused.GetValueOrDefault(key) + reports;
            }

            foreach ((int key, PeerContact contact) in contacts)
            {
                _contacts[key] = _contacts.TryGetValue(key, out PeerContact? newer) ? contact.Merge(newer) : contact;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the status of tasks is written later: {Reason}")]
    private partial void LogNotWritten(string reason);
}
