using System.Globalization;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>The URLs of the resources of one Aggregator: DAP §3 (http-usage).</summary>
/// <remarks>A slash at the end of the endpoint is left out here, but stays in the task configuration.</remarks>
public sealed class AggregatorUrls
{
    private readonly string _endpoint;

    /// <summary>Starts from the endpoint in a task's configuration.</summary>
    /// <exception cref="ArgumentException">It is not an absolute http or https URL without query and fragment.</exception>
    public AggregatorUrls(Url endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        string text = endpoint.ToString();
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || text.AsSpan().ContainsAny('?', '#'))
        {
            throw new ArgumentException($"expected an absolute https URL without query and fragment, got {Quote.Of(text)}", nameof(endpoint));
        }

        _endpoint = text.EndsWith('/') ? text[..^1] : text;
        Endpoint = new Uri(_endpoint + "/");
    }

    /// <summary>The endpoint with a slash at its end, to resolve relative references against.</summary>
    public Uri Endpoint { get; }

    /// <summary>The Aggregator's HPKE configurations.</summary>
    public Uri HpkeConfig() => At(DapRoute.HpkeConfig);

    /// <summary>Where Clients upload reports.</summary>
    public Uri Reports(TaskId taskId) => At(DapRoute.Reports, taskId);

    /// <summary>Where the Leader creates aggregation jobs.</summary>
    public Uri AggregationJobs(TaskId taskId) => At(DapRoute.AggregationJobs, taskId);

    /// <summary>One aggregation job.</summary>
    public Uri AggregationJob(TaskId taskId, AggregationJobId aggregationJobId) =>
        At(DapRoute.AggregationJob, taskId, (DapRoute.AggregationJobId, aggregationJobId.ToString()));

    /// <summary>Where the Collector creates collection jobs.</summary>
    public Uri CollectionJobs(TaskId taskId) => At(DapRoute.CollectionJobs, taskId);

    /// <summary>One collection job.</summary>
    public Uri CollectionJob(TaskId taskId, CollectionJobId collectionJobId) =>
        At(DapRoute.CollectionJob, taskId, (DapRoute.CollectionJobId, collectionJobId.ToString()));

    /// <summary>Where the Leader asks for aggregate shares.</summary>
    public Uri AggregateShares(TaskId taskId) => At(DapRoute.AggregateShares, taskId);

    /// <summary>One aggregate share.</summary>
    public Uri AggregateShare(TaskId taskId, AggregateShareId aggregateShareId) =>
        At(DapRoute.AggregateShare, taskId, (DapRoute.AggregateShareId, aggregateShareId.ToString()));

    /// <summary>What the Helper has the Leader compare, an extension of ours: <see cref="TaskAgreement"/>.</summary>
    public Uri Agreement(TaskId taskId) => At(DapRoute.Agreement, taskId);

    /// <summary>
    /// The resource that a <c>Location</c> in the answer to <paramref name="request"/> names; relative ones are taken.
    /// </summary>
    /// <returns>Null if there is none, or it is not on the server that answered: a token must not go elsewhere.</returns>
    public static Uri? ResolveLocation(Uri request, Uri? location)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (location is null || !Uri.TryCreate(request, location, out Uri? resolved))
        {
            return null;
        }

        bool sameServer = Uri.Compare(
            request, resolved, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
        return sameServer ? resolved : null;
    }

    /// <summary>The URL to poll an aggregation job at; a <c>step</c> that the URL has already is replaced.</summary>
    public static Uri WithStep(Uri aggregationJob, ushort step)
    {
        ArgumentNullException.ThrowIfNull(aggregationJob);
        string parameter = string.Create(CultureInfo.InvariantCulture, $"{DapRoute.Step}={step}");
        return new UriBuilder(aggregationJob) { Query = string.Join('&', OtherParameters(aggregationJob).Append(parameter)) }.Uri;
    }

    /// <summary>The URL of an aggregation job itself, without a <c>step</c>.</summary>
    public static Uri WithoutStep(Uri aggregationJob)
    {
        ArgumentNullException.ThrowIfNull(aggregationJob);
        return new UriBuilder(aggregationJob) { Query = string.Join('&', OtherParameters(aggregationJob)) }.Uri;
    }

    private static IEnumerable<string> OtherParameters(Uri aggregationJob) => aggregationJob.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part != DapRoute.Step && !part.StartsWith(DapRoute.Step + "=", StringComparison.Ordinal));

    private Uri At(string route, TaskId taskId, (string Name, string Value) id) =>
        At(route.Replace($"{{{id.Name}}}", id.Value, StringComparison.Ordinal), taskId);

    private Uri At(string route, TaskId taskId) => At(route.Replace($"{{{DapRoute.TaskId}}}", taskId.ToString(), StringComparison.Ordinal));

    private Uri At(string path) => new($"{_endpoint}/{path}");
}
