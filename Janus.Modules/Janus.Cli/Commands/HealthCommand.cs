using System.CommandLine;
using System.Net;
using Janus.Codec;

namespace Janus.Cli.Commands;

/// <summary><c>janus health</c>: asks a running process how it is, for container engines without a shell or curl in the image.</summary>
internal static class HealthCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8080/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Option<Uri> url = new("--url")
        {
            Description = $"Where the process listens ({DefaultUrl} by default).",
            HelpName = "URL",
            CustomParser = result => Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https"
                ? parsed
                : Refuse(result),
            DefaultValueFactory = _ => new Uri(DefaultUrl),
        };
        Option<bool> ready = new("--ready") { Description = "Ask whether it can serve (/readyz), rather than whether it lives (/healthz)." };
        Command command = new("health", "Ask a running process whether it lives or can serve: exit code 0 if so, 1 if not") { url, ready };
        command.SetAction((result, cancellationToken) => AskAsync(new Uri(result.GetRequiredValue(url), result.GetValue(ready) ? "readyz" : "healthz"), cancellationToken));
        return command.WithExamples("janus health", "janus health --ready --url http://127.0.0.1:9464/");
    }

    private static async Task<int> AskAsync(Uri resource, CancellationToken cancellationToken)
    {
        using HttpClient client = new() { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(resource, cancellationToken);
            Console.WriteLine((await answer.Content.ReadAsStringAsync(cancellationToken)).Trim());
            return answer.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CliException($"no process answers at {resource}: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--url: an absolute http or https URL expected, {Quote.Of(result.Tokens.Single().Value)} given");
        return null;
    }
}
