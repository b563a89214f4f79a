using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Collector;

/// <summary>
/// What it takes to go on with a collection job, also after a restart: <see cref="Serialize"/> it. It holds no secret.
/// </summary>
/// <param name="TaskId">The task.</param>
/// <param name="Uri">The collection job at the Leader.</param>
/// <param name="Request">What was asked for, with its exact bytes.</param>
public sealed record CollectionJobHandle(TaskId TaskId, Uri Uri, CollectionJobReq Request)
{
    /// <summary>Writes the handle as JSON.</summary>
    public string Serialize() => JsonSerializer.Serialize(
        new CollectionJobHandleJson(
            TaskId.ToString(), Uri.AbsoluteUri, Base64Url.EncodeToString(WireMessage.Encode(Request))),
        CollectionJobHandleJsonContext.Default.CollectionJobHandleJson);

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a serialized handle.</exception>
    public static CollectionJobHandle Parse(string text) => TryParse(text, out CollectionJobHandle? handle)
        ? handle
        : throw new FormatException("expected a serialized collection job handle");

    /// <summary>Reads what <see cref="Serialize"/> wrote, and refuses anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CollectionJobHandle? handle)
    {
        handle = null;
        try
        {
            CollectionJobHandleJson? json = text is null
                ? null
                : JsonSerializer.Deserialize(text, CollectionJobHandleJsonContext.Default.CollectionJobHandleJson);
            if (json?.Request is null
                || !Identifier.TryParse(json.TaskId, out TaskId taskId)
                || !Uri.TryCreate(json.Uri, UriKind.Absolute, out Uri? uri))
            {
                return false;
            }

            byte[] request = Base64Url.DecodeFromChars(json.Request);
            handle = new CollectionJobHandle(taskId, uri, WireMessage.Decode<CollectionJobReq>(request));
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or DecodeException)
        {
            return false;
        }
    }
}
