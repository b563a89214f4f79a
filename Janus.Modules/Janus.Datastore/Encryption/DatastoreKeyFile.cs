using Janus.Dap;
using Microsoft.Extensions.Logging;

namespace Janus.Datastore;

/// <summary>
/// The datastore keys of a file, which is read again every few seconds: keys are replaced without a restart. While the
/// file is missing or malformed, the keys that were read last go on.
/// </summary>
internal sealed partial class DatastoreKeyFile : IDisposable
{
    // The file is read rather than watched: a mounted secret changes by an exchange of directories. What is found twice is taken:
    // half of a key that is being written could pass for another key.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly ILogger<DatastoreKeyFile> _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private string _content;
    private string? _seen;
    private string? _mistake;
    private DatastoreKeys _keys;

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="FormatException">It does not hold keys.</exception>
    public DatastoreKeyFile(string path, TimeProvider time, ILogger<DatastoreKeyFile> logger)
    {
        _path = path;
        _logger = logger;
        _content = File.ReadAllText(path);
        _keys = DatastoreKeys.ParseFile(_content);
        _timer = time.CreateTimer(_ => Reload(onlyIfSeenBefore: true), null, Interval, Interval);
    }

    /// <summary>The keys that were read last.</summary>
    public DatastoreKeys Keys => Volatile.Read(ref _keys);

    /// <summary>Reads the file again; true if it has other keys than before.</summary>
    public bool Reload() => Reload(onlyIfSeenBefore: false);

    private bool Reload(bool onlyIfSeenBefore)
    {
        lock (_lock)
        {
            try
            {
                string content = File.ReadAllText(_path);
                bool isSeen = content == _seen;
                _seen = content;
                if (content == _content)
                {
                    _mistake = null;
                    return false;
                }

                if (onlyIfSeenBefore && !isSeen)
                {
                    return false;
                }

                DatastoreKeys keys = DatastoreKeys.ParseFile(content);
                _content = content;
                _mistake = null;
                Volatile.Write(ref _keys, keys);
                IReadOnlyList<byte> ids = keys.Ids;
                LogRead(ids.Count, ids[0]);
                if (SecretFilePermissions.Warning(_path) is { } warning)
                {
                    LogReadable(warning);
                }

                return true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
            {
                if (_mistake != failure.Message)
                {
                    _mistake = failure.Message;
                    LogNotRead(_path, failure.Message);
                }

                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "datastore keys read again: {Count}, of which the one with the ID {KeyId:x2} encrypts")]
    private partial void LogRead(int count, byte keyId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogReadable(string warning);

    [LoggerMessage(Level = LogLevel.Error, Message = "the datastore keys of {Path} could not be read again, and those from before go on: {Mistake}")]
    private partial void LogNotRead(string path, string mistake);
}
