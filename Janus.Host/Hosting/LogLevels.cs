using Janus.Host.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Janus.Host.Hosting;

/// <summary>Which levels are logged, by source; changed while the process runs, for a while or until it ends.</summary>
/// <remarks>
/// A source's level is that of its longest name part that has one: <c>Janus.Aggregator</c> is also that of
/// <c>Janus.Aggregator.HelperConnection</c>. The switches that loggers look at are as open as the most talkative source behind
/// each; a filter that works only while something has been changed does the rest.
/// </remarks>
internal sealed class LogLevels : IDisposable
{
    /// <summary>The source of everything that has no level of its own.</summary>
    public const string Everything = "";

    private const string ClosingFailed = "Exception while closing connector";

    private static readonly string[] QuietSources = ["Microsoft", "System", "Npgsql", "Grpc"];

    private readonly Lock _lock = new();
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, LoggingLevelSwitch> _switches = [];
    private readonly Dictionary<string, Change> _changes = [];
    private volatile Dictionary<string, LogEventLevel>? _filter;

    public LogLevels(LogOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        foreach (string source in Rules().Keys)
        {
            _switches.Add(source, new LoggingLevelSwitch());
        }

        Apply();
    }

    /// <summary>Raised after a change, also when one has run out: the source, its level from now on, and until when.</summary>
    public event Action<string, LogEventLevel, DateTimeOffset?>? Changed;

    /// <summary>The level of each source that has one, with the end of those that were changed for a while.</summary>
    public IReadOnlyDictionary<string, (LogEventLevel Level, DateTimeOffset? Until)> Current
    {
        get
        {
            lock (_lock)
            {
                return Rules().ToDictionary(rule => rule.Key, rule => (rule.Value, _changes.GetValueOrDefault(rule.Key)?.Until));
            }
        }
    }

    /// <summary>Makes a logger follow the levels.</summary>
    public void Configure(LoggerConfiguration configuration)
    {
        // A dead connection cannot be closed politely; the outage that it died of has a line of its own.
        configuration.Filter.ByExcluding(entry => entry.MessageTemplate.Text == ClosingFailed);
        configuration.MinimumLevel.ControlledBy(_switches[Everything]).Filter.ByIncludingOnly(IsIncluded);
        foreach ((string source, LoggingLevelSwitch level) in _switches.Where(entry => entry.Key != Everything))
        {
            configuration.MinimumLevel.Override(source, level);
        }
    }

    /// <summary>Changes the level of a source, or with null puts it back to what is configured.</summary>
    /// <param name="source">The beginning of the sources' names, or <see cref="Everything"/>.</param>
    /// <param name="level">The smallest level that is logged.</param>
    /// <param name="duration">How long; null is until the process ends.</param>
    public void Set(string source, LogEventLevel? level, TimeSpan? duration)
    {
        Change? change = level is { } wanted ? new Change(wanted, _time.GetUtcNow() + duration) : null;
        Replace(source, change, expected: null);
        if (change is not null && duration is { } wait)
        {
            change.Timer = _time.CreateTimer(_ => Replace(source, null, expected: change), null, wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Change change in _changes.Values)
            {
                change.Timer?.Dispose();
            }
        }
    }

    private void Replace(string source, Change? change, Change? expected)
    {
        LogEventLevel now;
        lock (_lock)
        {
            Change? present = _changes.GetValueOrDefault(source);
            if (expected is not null && present != expected)
            {
                return;
            }

            present?.Timer?.Dispose();
            _changes.Remove(source);
            if (change is not null)
            {
                _changes.Add(source, change);
            }

            Apply();
            now = LevelOf(source, Rules());
        }

        Changed?.Invoke(source, now, change?.Until);
    }

    private Dictionary<string, LogEventLevel> Rules()
    {
        LogEventLevel everything = _changes.GetValueOrDefault(Everything)?.Level ?? _options.Level;
        Dictionary<string, LogEventLevel> rules = new() { [Everything] = everything };
        foreach (string source in QuietSources)
        {
            rules[source] = (LogEventLevel)Math.Max((int)everything, (int)LogEventLevel.Warning);
        }

        // What fails is thrown, and reported by whoever knows what it means.
        rules["Microsoft.EntityFrameworkCore"] = LogEventLevel.Fatal;
        // Whoever asks whether we are ready is told why not, and asks every few seconds.
        rules["Microsoft.Extensions.Diagnostics.HealthChecks"] = LogEventLevel.Fatal;
        foreach ((string source, LogEventLevel level) in _options.Levels.Concat(_changes.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Level))))
        {
            rules[source] = level;
        }

        return rules;
    }

    private void Apply()
    {
        Dictionary<string, LogEventLevel> rules = Rules();
        foreach ((string gate, LoggingLevelSwitch level) in _switches)
        {
            level.MinimumLevel = rules.Where(rule => Nearest(rule.Key, _switches) == gate).Min(rule => rule.Value);
        }

        _filter = _changes.Count == 0 ? null : rules;
    }

    private bool IsIncluded(LogEvent log) => _filter is not { } rules
        || log.Level >= LevelOf(log.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: string source } ? source : Everything, rules);

    private static LogEventLevel LevelOf(string source, Dictionary<string, LogEventLevel> rules) => rules[Nearest(source, rules)];

    // The longest beginning of a name that is a key.
    private static string Nearest<T>(string source, Dictionary<string, T> keys)
    {
        for (string name = source; name.Length > 0; name = name[..Math.Max(name.LastIndexOf('.'), 0)])
        {
            if (keys.ContainsKey(name))
            {
                return name;
            }
        }

        return Everything;
    }

    private sealed class Change(LogEventLevel level, DateTimeOffset? until)
    {
        public LogEventLevel Level { get; } = level;

        public DateTimeOffset? Until { get; } = until;

        public ITimer? Timer { get; set; }
    }
}
