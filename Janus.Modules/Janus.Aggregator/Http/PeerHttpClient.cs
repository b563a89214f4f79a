using Janus.Dap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The connections to Helpers, with our client certificate and the roots that we trust. When one of their files changes,
/// new requests go over new connections.
/// </summary>
internal sealed partial class PeerHttpClient : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly BackOff OneAttempt = new() { MaximumAttempts = 1 };

    private readonly PeerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerHttpClient> _logger;
    private readonly ReloadedFiles<ClientTls>? _tls;
    private readonly CertificateExpiry _expiry = new();
    private readonly Lock _lock = new();
    private readonly List<HttpClient> _clients = [];
    private DapExchange _exchange;
    private long _lookedAt;

    /// <exception cref="CertificateFileException">A file of the options cannot be used.</exception>
    public PeerHttpClient(IOptions<AggregatorOptions> options, TimeProvider time, ILogger<PeerHttpClient> logger)
    {
        _options = options.Value.Peer;
        _time = time;
        _logger = logger;
        _tls = Open(_options, time);
        _exchange = Connect();
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Sends requests once, with the files as they are now.</summary>
    public DapExchange Exchange
    {
        get
        {
            if (_tls is null)
            {
                return _exchange;
            }

            lock (_lock)
            {
                if (_time.GetElapsedTime(_lookedAt) >= LookInterval)
                {
                    _lookedAt = _time.GetTimestamp();
                    Look();
                }

                return _exchange;
            }
        }
    }

    /// <summary>Reads the files of the options, if there are any.</summary>
    /// <exception cref="CertificateFileException">One cannot be used.</exception>
    public static ReloadedFiles<ClientTls>? Open(PeerOptions options, TimeProvider time)
    {
        CertificateFile? certificate = options.CertificateFile;
        string[] own = [.. certificate?.Paths ?? []];
        string? roots = string.IsNullOrEmpty(options.TrustedCertificates) ? null : options.TrustedCertificates;
        return own.Length == 0 && roots is null ? null : new ReloadedFiles<ClientTls>(
            [.. own, .. roots is null ? Array.Empty<string>() : [roots]],
            contents => new ClientTls
            {
                Certificate = certificate?.Load([.. contents.Take(own.Length)], time.GetUtcNow()),
                TrustedRoots = roots is null ? null : ClientTls.ReadRoots(roots, contents[^1]),
            });
    }

    /// <inheritdoc/>
    public void Dispose() => _clients.ForEach(client => client.Dispose());

    private void Look()
    {
        if (_tls!.Refresh(out string? failure))
        {
            LogReloaded();
            foreach (string warning in (_options.CertificateFile?.SecretPaths ?? []).Select(SecretFilePermissions.Warning).OfType<string>())
            {
                LogReadable(warning);
            }

            // Requests that are on their way keep the former client; its connections end when they have been idle.
            _exchange = Connect();
        }

        if (failure is not null)
        {
            LogNotReloaded(failure);
        }

        if (_tls.Current.Certificate is { } certificate && _expiry.IsDue(certificate.NotAfter, _time.GetUtcNow()))
        {
            LogExpires(certificate.Certificate.Subject, certificate.NotAfter);
        }
    }

    private DapExchange Connect()
    {
        HttpClient client = new(DapHttpHandler.Create(_tls?.Current)) { Timeout = _options.RequestTimeout };
        _clients.Add(client);
        return new DapExchange(client, OneAttempt, _time);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the certificates for connections to Helpers have changed: new connections use them")]
    private partial void LogReloaded();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogReadable(string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the certificates for connections to Helpers have changed, and cannot be used; the former ones stay: {Reason}")]
    private partial void LogNotReloaded(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "our client certificate of {Subject} expires at {NotAfter}")]
    private partial void LogExpires(string subject, DateTimeOffset notAfter);
}
