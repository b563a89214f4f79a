using System.Security.Cryptography;

namespace Janus.Dap;

/// <summary>
/// Something made of files, made anew when their content changes; the old one stays as long as the new content is not
/// usable, such as when one of two files has been replaced and the other not yet. For use by one thread at a time.
/// </summary>
/// <remarks>The content is compared, not the time of the change: secrets that are mounted are exchanged by symbolic links.</remarks>
/// <typeparam name="T">What is made.</typeparam>
public sealed class ReloadedFiles<T>
    where T : class
{
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<IReadOnlyList<byte[]>, T> _make;
    private byte[] _hash;
    private string? _failure;

    /// <summary>Makes it for the first time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="make">Makes it of the files' contents, in the order of the paths.</param>
    /// <exception cref="CertificateFileException">The files cannot be used.</exception>
    public ReloadedFiles(IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> make)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(make);
        _paths = paths;
        _make = make;
        byte[][] contents = [.. paths.Select(FileContent.Read)];
        _hash = HashOf(contents);
        Current = make(contents);
    }

    /// <summary>What was made last.</summary>
    public T Current { get; private set; }

    /// <summary>Looks for a change; true when <see cref="Current"/> is another.</summary>
    /// <param name="failure">Why a change cannot be taken, told once; <see langword="null"/> otherwise.</param>
    public bool Refresh(out string? failure)
    {
        failure = null;
        try
        {
            byte[][] contents = [.. _paths.Select(FileContent.Read)];
            byte[] hash = HashOf(contents);
            if (hash.AsSpan().SequenceEqual(_hash))
            {
                return false;
            }

            Current = _make(contents);
            _hash = hash;
            _failure = null;
            return true;
        }
        catch (CertificateFileException exception)
        {
            failure = exception.Message == _failure ? null : exception.Message;
            _failure = exception.Message;
            return false;
        }
    }

    private static byte[] HashOf(byte[][] contents) => SHA256.HashData(contents.SelectMany(SHA256.HashData).ToArray());
}
