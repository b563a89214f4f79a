using Microsoft.Extensions.Logging;

namespace Janus.Benchmarks.Queries;

/// <summary>Takes the plans that the server sends as notices out of what Npgsql logs.</summary>
internal sealed class PlanCapture : ILoggerProvider
{
    private const string NoticeText = "NoticeText";
    private readonly Lock _lock = new();
    private List<ExecutedStatement> _statements = [];

    /// <summary>What ran since the last call.</summary>
    public List<ExecutedStatement> Take()
    {
        lock (_lock)
        {
            List<ExecutedStatement> statements = _statements;
            _statements = [];
            return statements;
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(ExecutedStatement statement)
    {
        lock (_lock)
        {
            _statements.Add(statement);
        }
    }

    private sealed class Logger(PlanCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> values
                && values.FirstOrDefault(value => value.Key == NoticeText).Value is string text
                && ExecutedStatement.TryParse(text) is { } statement)
            {
                capture.Add(statement);
            }
        }
    }
}
