using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Janus.Dap;

/// <summary>An answer of a peer to a check, read to its end or to the most that is read.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Content">The content.</param>
/// <param name="Problem">The problem document, if it is one.</param>
/// <param name="Date">The peer's clock, to the second.</param>
internal sealed record PeerAnswer(HttpStatusCode Status, string? ContentType, byte[] Content, DapProblem? Problem, DateTimeOffset? Date)
{
    /// <summary>Whether the request was refused for want of a credential.</summary>
    public bool IsUnauthenticated => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>The status code with the problem's name.</summary>
    public string Description => Problem?.DapType is { } type
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)Status} ({type.Token})")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)Status} ({Status})");

    /// <summary>Sends a request once and reads the answer.</summary>
    /// <exception cref="HttpRequestException">The peer cannot be reached, or breaks off.</exception>
    /// <exception cref="IOException">The answer breaks off.</exception>
    /// <exception cref="TimeoutException">There is no answer in time.</exception>
    public static async Task<PeerAnswer> SendAsync(
        HttpClient client, HttpRequestMessage request, BearerToken? token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (token is { } presented)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", presented.Secret);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            byte[] content = await ReadAsync(response, limit.Token);
            string? contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) ? values.ToString() : null;
            DapProblem? problem = DapMediaType.Matches(contentType, DapMediaType.Problem) ? DapProblem.TryParse(content) : null;
            return new PeerAnswer(response.StatusCode, contentType, content, problem, response.Headers.Date);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"there is no answer within {timeout.TotalSeconds:0} seconds"), exception);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream content = new();
        byte[] buffer = new byte[1 << 14];
        int read;
        while (content.Length <= TaskAgreement.MaximumLength && (read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
