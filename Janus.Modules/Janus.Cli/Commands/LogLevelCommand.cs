using System.CommandLine;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Janus.Codec;

namespace Janus.Cli.Commands;

/// <summary><c>janus log-level</c>: shows and changes what a running process logs, at its management listener.</summary>
internal static class LogLevelCommand
{
    private const string DefaultUrl = "http://127.0.0.1:9464/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Argument<string?> level = new("level")
        {
            Description = "verbose, debug, information, warning, error or fatal; default puts it back to what is configured. Without it, the levels are shown.",
            HelpName = "LEVEL",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> source = new("--source") { Description = "Change only what sources of this name log, such as Janus.Aggregator or Microsoft.", HelpName = "NAME" };
        Option<string?> duration = new("--for") { Description = "Change it only for so long, such as 90s, 10m or 2h (until the process ends by default).", HelpName = "DURATION" };
        Option<Uri> url = new("--url")
        {
            Description = $"The management listener of the process, Management.Listen ({DefaultUrl} by default).",
            HelpName = "URL",
            CustomParser = result => Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https"
                ? parsed
                : Refuse(result),
            DefaultValueFactory = _ => new Uri(DefaultUrl),
        };
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("log-level", "Show or change what a running process logs") { level, source, duration, url, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(level) is null && (result.GetValue(source) ?? result.GetValue(duration)) is not null)
            {
                result.AddError("--source and --for go with a level");
            }
        });
        command.SetAction((result, cancellationToken) => RunAsync(
            new Uri(result.GetRequiredValue(url), "log-level"),
            result.GetValue(level) is { } wanted ? new Request(wanted, result.GetValue(source), result.GetValue(duration)) : null,
            result.GetValue(json),
            result.InvocationConfiguration.Output,
            cancellationToken));
        return command.WithExamples(
            "janus log-level",
            "janus log-level debug --source Janus.Aggregator --for 10m",
            "janus log-level default --source Janus.Aggregator",
            "janus log-level warning --url http://10.0.0.7:9464/");
    }

    private static async Task<int> RunAsync(Uri resource, Request? request, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        using HttpClient client = new() { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = request is null
                ? await client.GetAsync(resource, cancellationToken)
                : await client.PutAsync(resource, JsonContent.Create(request, LogLevelJson.Default.Request), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                string detail = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellationToken)).Trim();
                throw new CliException(answer.StatusCode == System.Net.HttpStatusCode.BadRequest && detail.Length > 0
                    ? Quote.Line(detail, 500)
                    : $"{resource} answers {(int)answer.StatusCode}: is it the management listener of a Janus process (Management.Listen)?");
            }

            Levels levels = (await answer.Content.ReadFromJsonAsync(LogLevelJson.Default.Levels, cancellationToken))!;
            if (json)
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(levels, LogLevelJson.Default.Levels));
            }
            else
            {
                Show(output, levels);
            }

            return 0;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CliException($"no management listener answers at {resource} (Management.Listen, --url): {Quote.MessageOf(failure)}", failure);
        }
    }

    private static void Show(TextWriter output, Levels levels) => Terminal.WriteList(
        output,
        ["source", "level", "until"],
        [.. levels.Sources.Prepend(new SourceLevel("(everything else)", levels.Level, levels.Until)).Select(one => (string[])
            [one.Source, one.Level, one.Until?.ToString("u", System.Globalization.CultureInfo.InvariantCulture) ?? ""])]);

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--url: an absolute http or https URL expected, {Quote.Of(result.Tokens.Single().Value)} given");
        return null;
    }

    internal sealed record Request(string Level, string? Source, string? For);

    internal sealed record SourceLevel(string Source, string Level, DateTimeOffset? Until);

    internal sealed record Levels(string Level, DateTimeOffset? Until, IReadOnlyList<SourceLevel> Sources);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LogLevelCommand.Request))]
[JsonSerializable(typeof(LogLevelCommand.Levels))]
internal sealed partial class LogLevelJson : JsonSerializerContext;
