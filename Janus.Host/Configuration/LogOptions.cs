using Serilog.Events;

namespace Janus.Host.Configuration;

/// <summary>What the process logs and how.</summary>
internal sealed class LogOptions
{
    /// <summary>The smallest level that is logged.</summary>
    public LogEventLevel Level { get; set; } = LogEventLevel.Information;

    /// <summary>Other levels for sources that begin with a name, for example <c>Janus.Aggregator: Debug</c>.</summary>
    public IReadOnlyDictionary<string, LogEventLevel> Levels { get; set; } = new Dictionary<string, LogEventLevel>();

    /// <summary>How a line looks.</summary>
    public LineFormat Format { get; set; } = LineFormat.Auto;

    /// <summary>How a log line looks.</summary>
    internal enum LineFormat
    {
        /// <summary>Text on a terminal, JSON otherwise.</summary>
        Auto,

        /// <summary>Text for people.</summary>
        Text,

        /// <summary>One JSON object a line.</summary>
        Json,
    }
}
