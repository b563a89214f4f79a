using System.Net.Http.Headers;

namespace Janus.Dap;

/// <summary>The media types of DAP's messages: DAP §9.1 (iana-media-type).</summary>
public static class DapMediaType
{
    /// <summary>An <see cref="Messages.HpkeConfigList"/>.</summary>
    public const string HpkeConfigList = Prefix + "hpke-config-list";

    /// <summary>An <see cref="Messages.UploadRequest"/>.</summary>
    public const string UploadRequest = Prefix + "upload-req";

    /// <summary>An <see cref="Messages.UploadErrors"/>.</summary>
    public const string UploadErrors = Prefix + "upload-errors";

    /// <summary>An <see cref="Messages.AggregationJobInitReq"/>.</summary>
    public const string AggregationJobInitReq = Prefix + "aggregation-job-init-req";

    /// <summary>An <see cref="Messages.AggregationJobContinueReq"/>.</summary>
    public const string AggregationJobContinueReq = Prefix + "aggregation-job-continue-req";

    /// <summary>An <see cref="Messages.AggregationJobResp"/>.</summary>
    public const string AggregationJobResp = Prefix + "aggregation-job-resp";

    /// <summary>An <see cref="Messages.AggregateShareReq"/>.</summary>
    public const string AggregateShareReq = Prefix + "aggregate-share-req";

    /// <summary>An <see cref="Messages.AggregateShare"/>.</summary>
    public const string AggregateShare = Prefix + "aggregate-share";

    /// <summary>A <see cref="Messages.CollectionJobReq"/>.</summary>
    public const string CollectionJobReq = Prefix + "collection-job-req";

    /// <summary>A <see cref="Messages.CollectionJobResp"/>.</summary>
    public const string CollectionJobResp = Prefix + "collection-job-resp";

    /// <summary>A <see cref="DapProblem"/>: RFC 9457 §3.</summary>
    public const string Problem = "application/problem+json";

    private const string MessageParameter = "message";
    private const string Prefix = "application/ppm-dap;message=";

    /// <summary>
    /// Whether a <c>Content-Type</c> names the media type <paramref name="expected"/>, one of this class's. Case,
    /// spaces, quotes and other parameters, such as <c>version</c>, make no difference.
    /// </summary>
    public static bool Matches(string? contentType, string expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        if (string.Equals(contentType, expected, StringComparison.Ordinal))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? actual)
            && MediaTypeHeaderValue.TryParse(expected, out MediaTypeHeaderValue? wanted)
            && string.Equals(actual.MediaType, wanted.MediaType, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Message(actual), Message(wanted), StringComparison.OrdinalIgnoreCase);
    }

    // Two different values name nothing.
    private static string? Message(MediaTypeHeaderValue mediaType)
    {
        string?[] values = [.. mediaType.Parameters
            .Where(parameter => string.Equals(parameter.Name, MessageParameter, StringComparison.OrdinalIgnoreCase))
            .Select(parameter => parameter.Value?.Trim('"'))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return values is [var value] ? value : null;
    }
}
