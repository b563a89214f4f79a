using Janus.Dap;

namespace Janus.Testing;

/// <summary>Sends requests that are made of bytes, and never retries or follows anything.</summary>
public static class RawHttp
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromMinutes(2),
    };

    public static Task<HttpAnswer> GetAsync(Uri url, BearerToken? token = null, string? taskprov = null) =>
        SendAsync(HttpMethod.Get, url, token, taskprov: taskprov);

    public static Task<HttpAnswer> DeleteAsync(Uri url, BearerToken? token = null, string? taskprov = null) =>
        SendAsync(HttpMethod.Delete, url, token, taskprov: taskprov);

    public static Task<HttpAnswer> PostAsync(Uri url, string? mediaType, byte[] body, BearerToken? token = null, string? taskprov = null) =>
        SendAsync(HttpMethod.Post, url, token, mediaType, new ByteArrayContent(body), taskprov);

    /// <summary>Sends a request, with a <c>DAP-Taskprov</c> header if there is a value for it.</summary>
    public static async Task<HttpAnswer> SendAsync(
        HttpMethod method, Uri url, BearerToken? token = null, string? mediaType = null, HttpContent? content = null, string? taskprov = null)
    {
        using HttpRequestMessage request = new(method, url) { Content = content };
        if (mediaType is not null)
        {
            content?.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        if (token is { } present)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {present.Secret}");
        }

        if (taskprov is not null)
        {
            request.Headers.TryAddWithoutValidation(TaskprovHeader.Name, taskprov);
        }

        return await SendAsync(request);
    }

    /// <summary>Sends a request with any headers.</summary>
    public static async Task<HttpAnswer> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await Client.SendAsync(request);
        return await HttpAnswer.ReadAsync(response);
    }
}
