using Janus.Codec;
using Janus.Dap;

namespace Janus.Cli.Files;

/// <summary>A file whose first line is a secret.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Warns, on standard error, of each file with a secret that others may read.</summary>
    /// <param name="paths">The files; what is not one is passed over.</param>
    public static void WarnIfReadable(params ReadOnlySpan<string?> paths)
    {
        foreach (string? path in paths)
        {
            if (path is not null && SecretFilePermissions.Warning(path) is { } warning)
            {
                Console.Error.WriteLine($"janus: warning: {warning}");
            }
        }
    }

    /// <summary>Reads the first line, and warns if others may.</summary>
    /// <exception cref="CliException">There is no such file.</exception>
    public static async Task<string> ReadFirstLineAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using StreamReader file = new(path);
            WarnIfReadable(path);
            return (await file.ReadLineAsync(cancellationToken) ?? "").Trim();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file", failure);
        }
    }

    /// <summary>What the first line says; the default without a file.</summary>
    /// <exception cref="CliException">There is no such file, or its first line says something else.</exception>
    public static async Task<T?> ReadAsync<T>(string? path, Func<string, T> parse, CancellationToken cancellationToken)
    {
        try
        {
            return path is null ? default : parse(await ReadFirstLineAsync(path, cancellationToken));
        }
        catch (FormatException failure)
        {
            throw new CliException($"{path}: {Quote.MessageOf(failure)}", failure);
        }
    }

    /// <summary>Writes a new file, which must not exist, with mode 0600.</summary>
    /// <exception cref="CliException">The file exists.</exception>
    public static async Task WriteNewAsync(string path, string secret, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            await using StreamWriter file = new(path, options);
            await file.WriteLineAsync(secret.AsMemory(), cancellationToken);
        }
        catch (IOException failure) when (File.Exists(path))
        {
            throw new CliException($"{path}: exists already, and is not overwritten", failure);
        }
    }
}
