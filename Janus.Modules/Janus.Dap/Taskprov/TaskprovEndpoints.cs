using Janus.Messages;

namespace Janus.Dap;

/// <summary>When two endpoints are the same Aggregator's. The task configuration keeps the text it has.</summary>
public static class TaskprovEndpoints
{
    /// <summary>
    /// The endpoint as it is compared: scheme and host in lower-case letters, no port that the scheme has anyway, a slash at
    /// the end; <see langword="null"/> if it is not an absolute http or https URL without query and fragment.
    /// </summary>
    public static string? Normalize(string endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        try
        {
            return new AggregatorUrls(new Url(endpoint)).Endpoint.AbsoluteUri;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
