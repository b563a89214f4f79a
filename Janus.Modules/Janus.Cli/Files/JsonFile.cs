using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Janus.Cli.Files;

/// <summary>Reads and writes small JSON files; one with secrets is created for its owner's eyes only.</summary>
internal static class JsonFile
{
    private const long MaximumLength = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CliException">The file is missing, unreadable, or not such JSON.</exception>
    public static async Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaximumLength)
            {
                throw new CliException($"{path}: a file of at most {MaximumLength} bytes expected");
            }

            return await JsonSerializer.DeserializeAsync(file, type, cancellationToken)
                ?? throw new CliException($"{path}: a JSON object expected");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file", failure);
        }
        catch (JsonException failure)
        {
            // The exception's message may quote the file.
            throw new CliException($"{path}, line {failure.LineNumber + 1}: JSON with the documented members expected", failure);
        }
    }

    /// <summary>Writes a new file, which must not exist; with <paramref name="secret"/>, with mode 0600.</summary>
    /// <exception cref="CliException">The file exists.</exception>
    public static async Task WriteNewAsync<T>(string path, T content, JsonTypeInfo<T> type, bool secret, CancellationToken cancellationToken)
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
            throw new CliException($"{path}: exists already, and is not overwritten", failure);
        }
    }
}
