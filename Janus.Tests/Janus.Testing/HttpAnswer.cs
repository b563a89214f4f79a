using System.Net;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Testing;

/// <summary>What a server answered, as the bytes and headers that went over the wire.</summary>
public sealed record HttpAnswer
{
    public required HttpStatusCode Status { get; init; }

    public required byte[] Body { get; init; }

    public string? ContentType { get; init; }

    public string? Location { get; init; }

    public string? RetryAfter { get; init; }

    public string? CacheControl { get; init; }

    public string? Authenticate { get; init; }

    /// <summary>All headers, each with its values joined by commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body as a problem document.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public DapProblem Problem => ContentType == DapMediaType.Problem && DapProblem.TryParse(Body) is { } problem
        ? problem
        : throw new InvalidOperationException($"{(int)Status} with {ContentType} is not a problem document");

    /// <summary>The body as a message.</summary>
    public T Decode<T>()
        where T : IWireMessage<T> => WireMessage.Decode<T>(Body);

    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response) => new()
    {
        Status = response.StatusCode,
        Body = await response.Content.ReadAsByteArrayAsync(),
        ContentType = Header(response, "Content-Type"),
        Location = Header(response, "Location"),
        RetryAfter = Header(response, "Retry-After"),
        CacheControl = Header(response, "Cache-Control"),
        Authenticate = Header(response, "WWW-Authenticate"),
        Headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
    };

    /// <summary>One header, or <see langword="null"/> when it is not there.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;
}
