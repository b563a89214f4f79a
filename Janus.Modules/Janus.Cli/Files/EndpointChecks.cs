using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>What has to hold for the Aggregators' endpoints before an operator takes them over.</summary>
internal static class EndpointChecks
{
    /// <summary>Refuses a task whose Leader is its Helper: who holds both shares sees every measurement.</summary>
    /// <exception cref="CliException">Both endpoints are the same Aggregator's.</exception>
    public static void RequireTwoAggregators(TaskConfiguration configuration)
    {
        string leader = configuration.LeaderAggregatorEndpoint.ToString();
        if (TaskprovEndpoints.Normalize(leader) == TaskprovEndpoints.Normalize(configuration.HelperAggregatorEndpoint.ToString()))
        {
            throw new CliException(
                $"{Quote.Of(leader)} is the address of both the Leader and the Helper: expected two aggregators, of two organisations, since one that holds both shares of a report sees its measurement");
        }
    }

    /// <summary>Refuses endpoints without TLS, except on this machine.</summary>
    /// <exception cref="CliException">An endpoint is not https.</exception>
    public static void RequireTls(TaskConfiguration configuration) =>
        RequireTls(configuration.LeaderAggregatorEndpoint, configuration.HelperAggregatorEndpoint);

    /// <summary>Refuses endpoints without TLS, except on this machine.</summary>
    /// <exception cref="CliException">An endpoint is not https.</exception>
    public static void RequireTls(params Url[] endpoints)
    {
        foreach (Url endpoint in endpoints)
        {
            Uri uri = new AggregatorUrls(endpoint).Endpoint;
            if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback)
            {
                throw new CliException($"{endpoint}: an https URL expected (--allow-http takes it as it is)");
            }
        }
    }
}
