using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Janus.Testing;

/// <summary>Keeps everything a process logs: texts, the values behind them, and exceptions.</summary>
public sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = [];

    /// <summary>All lines so far, with the category and the level in front.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            StringBuilder line = new($"{category} {logLevel}: {formatter(state, exception)}");
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                foreach ((string key, object? value) in values)
                {
                    line.Append(' ').Append(key).Append('=').Append(value is byte[] bytes ? Convert.ToHexString(bytes) : value);
                }
            }

            lines.Enqueue(exception is null ? line.ToString() : line.Append(' ').Append(exception).ToString());
        }
    }
}
