using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Janus.Aggregator;

/// <summary>Reads what all DAP requests have in common.</summary>
internal static class HttpContextExtensions
{
    private const string Identity = "identity";

    /// <summary>The identifier in the request's path.</summary>
    /// <exception cref="DapProblemException"><c>invalidMessage</c>: the text is not an identifier in base64url.</exception>
    public static T RouteId<T>(this HttpContext context, string name)
        where T : struct, IIdentifier<T> => Identifier.TryParse(context.Request.RouteValues[name] as string, out T id)
            ? id
            : throw new DapProblemException(
                DapProblemType.InvalidMessage, $"{name}: {T.Length} bytes in base64url without padding expected in the path");

    /// <summary>Refuses a body of another media type, or one that is compressed: RFC 9110 §15.5.16.</summary>
    /// <exception cref="HttpProblemException">415.</exception>
    public static void RequireMediaType(this HttpContext context, string expected)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } codings
            && !codings.All(coding => string.Equals(coding, Identity, StringComparison.OrdinalIgnoreCase)))
        {
            throw new HttpProblemException(HttpStatusCode.UnsupportedMediaType, "the content coding is not supported", "expected a body without Content-Encoding");
        }

        if (!DapMediaType.Matches(context.Request.ContentType, expected))
        {
            throw new HttpProblemException(HttpStatusCode.UnsupportedMediaType, "the media type is not supported", $"expected a body of type {expected}");
        }
    }

    /// <summary>Bounds the request's body.</summary>
    public static void LimitBody(this HttpContext context, long bytes)
    {
        IHttpMaxRequestBodySizeFeature? feature = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (feature is { IsReadOnly: false })
        {
            feature.MaxRequestBodySize = bytes;
        }
    }

    /// <summary>Reads a whole body of at most <paramref name="maximumLength"/> bytes, and begins to work on it.</summary>
    public static async Task<byte[]> ReadBodyAsync(this HttpContext context, Arrival arrival, int maximumLength)
    {
        context.LimitBody(maximumLength);
        PipeReader body = arrival.Body;
        ReadResult result = await body.ReadAsync(context.RequestAborted);
        while (!result.IsCompleted)
        {
            body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await body.ReadAsync(context.RequestAborted);
        }

        byte[] whole = result.Buffer.ToArray();
        body.AdvanceTo(result.Buffer.End);
        arrival.BeginWork();
        return whole;
    }

    /// <summary>Answers with one encoded message.</summary>
    public static async Task WriteAsync(this HttpContext context, string mediaType, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Encodes the elements of an unprefixed vector one after the other.</summary>
    public static byte[] EncodeAll<T>(IReadOnlyList<T> elements)
        where T : IWireMessage<T>
    {
        ArrayBufferWriter<byte> buffer = new();
        WireWriter writer = new(buffer);
        foreach (T element in elements)
        {
            element.Encode(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
