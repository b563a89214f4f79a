using System.Diagnostics.Metrics;
using Janus.Dap;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// Tells the operator of a task most of whose reports fail for a reason that somebody has to mend, such as a verify key that is
/// not the peer's: one Warning for each task, stage and ten minutes, and a gauge of how many tasks are affected.
/// </summary>
/// <remarks>
/// Of each task the reports since the last warning are counted, in memory, and the ten minutes before are looked at too: a few
/// wrong reports among many are the Clients' matter, and metrics show them.
/// </remarks>
internal sealed partial class RejectionWatch
{
    /// <summary>The shortest time between two warnings about a task and a stage.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly ILogger<RejectionWatch> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int TaskKey, RejectionStage Stage), Window> _windows = [];
    private long _forgotAt;

    public RejectionWatch(AggregatorMetrics metrics, TimeProvider time, ILogger<RejectionWatch> logger)
    {
        _time = time;
        _logger = logger;
        _forgotAt = time.GetTimestamp();
        metrics.ObserveFailingTasks(CountFailing);
    }

    /// <summary>Reports of a task went through a stage, and some failed.</summary>
    /// <param name="task">The task.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="reports">How many reports there were.</param>
    /// <param name="errors">Why some of them failed.</param>
    public void Record(AggregatorTask task, RejectionStage stage, int reports, IReadOnlyCollection<ReportError> errors)
    {
        if (reports == 0)
        {
            return;
        }

        Tally told;
        ReportError error;
        lock (_lock)
        {
            ForgetIdle();
            if (!_windows.TryGetValue((task.Key, stage), out Window? window))
            {
                window = new Window(_time.GetTimestamp());
                _windows.Add((task.Key, stage), window);
            }

            window.Add(reports, errors);
            bool isDue = window.WarnedAt is not { } warned || _time.GetElapsedTime(warned) >= Interval;
            bool isFailing = errors.Any(IsMendable) && window.IsFailing;
            told = window.Current;
            error = window.MostFrequent;
            if (isDue && isFailing)
            {
                window.WarnedAt = _time.GetTimestamp();
                window.Restart(window.WarnedAt.Value);
            }
            else if (_time.GetElapsedTime(window.StartedAt) >= Interval && !isFailing)
            {
                window.Restart(_time.GetTimestamp());
            }

            if (!isDue || !isFailing)
            {
                return;
            }
        }

        Warn(task.Id, stage, told, error);
    }

    // Replays, late reports and the like come by themselves, and go.
    private static bool IsMendable(ReportError error) => error is ReportError.VdafVerifyError or ReportError.HpkeDecryptError
        or ReportError.HpkeUnknownConfigId or ReportError.InvalidMessage or ReportError.ReportTooEarly;

    private void Warn(TaskId taskId, RejectionStage stage, Tally told, ReportError error)
    {
        (long failed, string name) = (told.Failed, Label.Text(error));
        string reports = Plural.Of(told.Reports, stage == RejectionStage.Upload ? "uploaded report" : "report");
        switch (error)
        {
            case var _ when stage == RejectionStage.Upload:
                LogRefused(taskId, failed, reports, name);
                break;
            case ReportError.VdafVerifyError:
                LogNotVerified(taskId, failed, reports, name);
                break;
            case ReportError.HpkeDecryptError or ReportError.HpkeUnknownConfigId:
                LogNotDecrypted(taskId, failed, reports, name);
                break;
            case ReportError.ReportTooEarly:
                LogTooEarly(taskId, failed, reports, name);
                break;
            default:
                LogMalformed(taskId, failed, reports, name);
                break;
        }
    }

    private IEnumerable<Measurement<long>> CountFailing()
    {
        lock (_lock)
        {
            return [.. Enum.GetValues<RejectionStage>().Select(stage => new Measurement<long>(
                _windows.Count(pair => pair.Key.Stage == stage && pair.Value.WarnedAt is { } warned && _time.GetElapsedTime(warned) < Interval + (Interval / 2)),
                Label.Of("stage", stage)))];
        }
    }

    private void ForgetIdle()
    {
        if (_time.GetElapsedTime(_forgotAt) < Interval)
        {
            return;
        }

        _forgotAt = _time.GetTimestamp();
        foreach ((int, RejectionStage) idle in _windows.Where(pair => _time.GetElapsedTime(pair.Value.TouchedAt(_time)) >= 2 * Interval).Select(pair => pair.Key).ToArray())
        {
            _windows.Remove(idle);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: {Failed} of {Reports:l} failed verification ({Error:l}): do both sides have the same verify key and task configuration? 'janus task check' compares them")]
    private partial void LogNotVerified(TaskId taskId, long failed, string reports, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: {Failed} of {Reports:l} could not be decrypted ({Error:l}): do the Clients and both sides have the same task configuration ('janus task check' compares it), and do the HPKE keys that the Clients use still exist?")]
    private partial void LogNotDecrypted(TaskId taskId, long failed, string reports, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: {Failed} of {Reports:l} came from the future ({Error:l}): are the clocks of both sides and of the Clients right? 'janus task check' compares them")]
    private partial void LogTooEarly(TaskId taskId, long failed, string reports, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: {Failed} of {Reports:l} were malformed ({Error:l}): do the Clients and both sides have the same task configuration? 'janus task check' compares it")]
    private partial void LogMalformed(TaskId taskId, long failed, string reports, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: {Failed} of {Reports:l} refused ({Error:l}): do the Clients have this task's configuration, present HPKE keys and the right time?")]
    private partial void LogRefused(TaskId taskId, long failed, string reports, string error);

    private readonly record struct Tally(long Reports, long Failed)
    {
        public Tally Plus(Tally other) => new(Reports + other.Reports, Failed + other.Failed);
    }

    private sealed class Window(long startedAt)
    {
        private readonly Dictionary<ReportError, long> _errors = [];
        private Tally _previous;

        public long StartedAt { get; private set; } = startedAt;

        public long? WarnedAt { get; set; }

        public Tally Current { get; private set; }

        public bool IsFailing => Current.Plus(_previous) is var both && 2 * both.Failed >= both.Reports;

        public ReportError MostFrequent => _errors.Count == 0 ? default : _errors.MaxBy(pair => pair.Value).Key;

        public long TouchedAt(TimeProvider time) => WarnedAt is { } warned && time.GetElapsedTime(warned) < time.GetElapsedTime(StartedAt) ? warned : StartedAt;

        public void Add(int reports, IEnumerable<ReportError> errors)
        {
            long failed = 0;
            foreach (ReportError error in errors.Where(IsMendable))
            {
                failed++;
                _errors[error] = _errors.GetValueOrDefault(error) + 1;
            }

            Current = Current.Plus(new Tally(reports, failed));
        }

        public void Restart(long now)
        {
            (_previous, Current, StartedAt) = (Current, default, now);
            _errors.Clear();
        }
    }
}
