using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Janus.Codec;

namespace Janus.Dap;

/// <summary>Reads and writes small JSON files; one with secrets is created for its owner's eyes only.</summary>
/// <remarks>Members that are not known are refused: one that is misspelt must not be overlooked.</remarks>
public static class JsonFile
{
    private const int MaximumLength = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // What a file is can be told by a member that no other kind has.
    private static readonly (string Member, string Kind)[] Kinds =
    [
        ("private_key", "a Collector's key file ('janus hpke-key generate')"),
        ("task_configuration", "a task file ('janus task add')"),
        ("leader", "the file of an agreement between aggregators ('janus taskprov peer add')"),
    ];

    /// <summary>Reads a whole file of at most 1 MiB.</summary>
    /// <exception cref="TaskFileException">The file is missing, unreadable, or not such JSON.</exception>
    public static async Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
        where T : class
    {
        byte[] content = await ReadBytesAsync(path, cancellationToken);
        try
        {
            return Parse(path, content, type);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="TaskFileException">The content is not such JSON.</exception>
    public static T Parse<T>(string path, ReadOnlyMemory<byte> content, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        ReadOnlyMemory<byte> text = content.Span.StartsWith("\uFEFF"u8) ? content["\uFEFF"u8.Length..] : content;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            RequireKnownMembers(path, document.RootElement, type);
            return document.Deserialize(type)!;
        }
        catch (JsonException failure)
        {
            // The exception's message may quote the file; the path of a member does not.
            string mistake = failure.Path is { Length: > 2 } member ? $"{Quote.Line(member[2..])}: expected a value of another kind"
                : failure.LineNumber is { } line ? $"line {line + 1}: expected JSON"
                : "expected a JSON object whose members differ";
            throw new TaskFileException(path, mistake, failure);
        }
    }

    /// <summary>Writes a new file, which must not exist; with <paramref name="secret"/>, with mode 0600.</summary>
    /// <exception cref="TaskFileException">The file exists.</exception>
    public static async Task WriteNewAsync<T>(string path, T content, JsonTypeInfo<T> type, bool secret, CancellationToken cancellationToken = default)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = secret ? OwnerOnly : ForAll;
        }

        try
        {
            await using FileStream file = new(path, options);
            await JsonSerializer.SerializeAsync(file, content, type, cancellationToken);
            await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }
        catch (IOException failure) when (File.Exists(path))
        {
            throw new TaskFileException(path, "exists already, and is not overwritten", failure);
        }
    }

    private static async Task<byte[]> ReadBytesAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            byte[] content = new byte[Math.Min(file.Length, MaximumLength + 1)];
            int length = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
            return length <= MaximumLength
                ? content[..length]
                : throw new TaskFileException(path, $"expected a file of at most {MaximumLength} bytes");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            string where = Path.IsPathRooted(path) ? "" : $" in {Environment.CurrentDirectory}";
            throw new TaskFileException(path, $"no such file{where}", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new TaskFileException(path, Directory.Exists(path) ? "expected a file, got a folder" : "this user may not read it", failure);
        }
        catch (IOException failure)
        {
            throw new TaskFileException(path, $"cannot be read: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static void RequireKnownMembers<T>(string path, JsonElement root, JsonTypeInfo<T> type)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new TaskFileException(path, "expected a JSON object");
        }

        string[] known = [.. type.Properties.Select(property => property.Name)];
        string[] given = [.. root.EnumerateObject().Select(member => member.Name)];
        string[] unknown = [.. given.Except(known)];
        if (unknown.Length == 0)
        {
            return;
        }

        string? expectedKind = KindOf(known);
        string? givenKind = KindOf(given);
        throw new TaskFileException(path, givenKind is not null && givenKind != expectedKind
            ? $"expected {expectedKind}, got {givenKind}"
            : $"no member is called {Quote.Of(unknown[0])}: is it misspelt, or written by a newer version? The members are {string.Join(", ", known)}");
    }

    private static string? KindOf(string[] members) =>
        Kinds.Where(kind => members.Contains(kind.Member)).Select(kind => kind.Kind).FirstOrDefault();
}
