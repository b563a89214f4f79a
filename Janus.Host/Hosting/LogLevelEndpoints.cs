using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Janus.Codec;
using Serilog.Events;

namespace Janus.Host.Hosting;

/// <summary><c>/log-level</c> on the management listener: shows and changes what is logged.</summary>
internal static class LogLevelEndpoints
{
    /// <summary>Where it is.</summary>
    public const string Path = "/log-level";

    private const int MaximumBody = 4096;
    private const int MaximumSource = 200;

    // Each is kept until the process ends, or longer than it is wanted.
    private const int MaximumSources = 100;
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(7);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Maps <c>GET</c> and <c>PUT</c>.</summary>
    public static void MapLogLevel(this IEndpointRouteBuilder routes, LogLevels levels)
    {
        routes.MapMethods(Path, [HttpMethods.Get], context => WriteAsync(context, levels)).DisableHttpMetrics();
        routes.MapMethods(Path, [HttpMethods.Put], context => PutAsync(context, levels)).DisableHttpMetrics();
    }

    private static async Task PutAsync(HttpContext context, LogLevels levels)
    {
        try
        {
            Request request = await ReadAsync(context);
            levels.Set(Source(request.Source, levels), Level(request.Level), Duration(request.For));
        }
        catch (FormatException mistake)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(mistake.Message + "\n", context.RequestAborted);
            return;
        }

        await WriteAsync(context, levels);
    }

    private static Task WriteAsync(HttpContext context, LogLevels levels)
    {
        IReadOnlyDictionary<string, (LogEventLevel Level, DateTimeOffset? Until)> current = levels.Current;
        (LogEventLevel level, DateTimeOffset? until) = current[LogLevels.Everything];
        Answer answer = new(Text(level), until, [.. current
            .Where(entry => entry.Key != LogLevels.Everything)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new SourceAnswer(entry.Key, Text(entry.Value.Level), entry.Value.Until))]);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, Json) + "\n", context.RequestAborted);
    }

    // JSON, or a level alone.
    private static async Task<Request> ReadAsync(HttpContext context)
    {
        byte[] buffer = new byte[MaximumBody + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length > MaximumBody)
        {
            throw new FormatException($"expected at most {MaximumBody} bytes");
        }

        string text = System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
        if (!text.StartsWith('{'))
        {
            return new Request(text, null, null);
        }

        try
        {
            return JsonSerializer.Deserialize<Request>(text, Json)!;
        }
        catch (JsonException)
        {
            throw new FormatException("""expected JSON such as {"level":"debug","source":"Janus.Aggregator","for":"10m"}""");
        }
    }

    private static string Source(string? text, LogLevels levels)
    {
        string source = text ?? LogLevels.Everything;
        if (source.Length > MaximumSource || source.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '+' or '`')))
        {
            throw new FormatException("expected the beginning of the name of a source, such as Janus.Aggregator");
        }

        IReadOnlyDictionary<string, (LogEventLevel Level, DateTimeOffset? Until)> current = levels.Current;
        return current.Count < MaximumSources || current.ContainsKey(source) ? source : throw new FormatException($"{MaximumSources} sources have a level already; put some back with the level default");
    }

    private static LogEventLevel? Level(string? text) => text switch
    {
        "default" => null,
        not null when Enum.GetNames<LogEventLevel>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name => Enum.Parse<LogEventLevel>(name),
        _ => throw new FormatException($"{Quote.Of(text)} is not a level: verbose, debug, information, warning, error, fatal, or default to put it back to what is configured"),
    };

    private static TimeSpan? Duration(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int seconds = text.LastOrDefault() switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        return seconds > 0
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count > 0
            && (long)count * seconds <= LongestDuration.TotalSeconds
            ? TimeSpan.FromSeconds((long)count * seconds)
            : throw new FormatException($"{Quote.Of(text)} is not a duration such as 90s, 10m, 2h or 7d, which is the longest");
    }

    private static string Text(LogEventLevel level) => level.ToString().ToLowerInvariant();

    private sealed record Request(string? Level, string? Source, string? For);

    private sealed record Answer(string Level, DateTimeOffset? Until, IReadOnlyList<SourceAnswer> Sources);

    private sealed record SourceAnswer(string Source, string Level, DateTimeOffset? Until);
}
