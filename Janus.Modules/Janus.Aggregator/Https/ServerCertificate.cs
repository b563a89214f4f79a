using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Janus.Dap;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// The certificate that our HTTPS addresses present. When its files change, new connections get the new one, without a
/// restart: DAP §3 (http-usage).
/// </summary>
public sealed partial class ServerCertificate : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly ReloadedFiles<LoadedCertificate> _files;
    private readonly ClientCertificates _clientCertificates;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificate> _logger;
    private readonly CertificateExpiry _expiry = new();
    private readonly IReadOnlyList<string> _secrets;
    private LoadedCertificate _current;

    /// <summary>Reads the certificate.</summary>
    /// <exception cref="CertificateFileException">It cannot be used.</exception>
    public ServerCertificate(CertificateFile file, ClientCertificates clientCertificates, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(time);
        _files = new ReloadedFiles<LoadedCertificate>(file.Paths, contents => file.Load(contents, time.GetUtcNow()));
        _secrets = file.SecretPaths;
        _current = _files.Current;
        _clientCertificates = clientCertificates;
        _time = time;
        _logger = logger;
    }

    /// <summary>How to shake hands with whoever connects now: TLS 1.2 or newer.</summary>
    internal SslServerAuthenticationOptions HandshakeOptions() => new()
    {
#pragma warning disable CA5398 // older versions are what must not come back with an operating system's policy
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        ServerCertificateContext = Volatile.Read(ref _current).Context,
        ClientCertificateRequired = _clientCertificates == ClientCertificates.Ask,

        // A stranger's certificate must not have us fetch its issuer from an address that the stranger chooses.
        CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },

        // Who it is decides the task's pinned keys, request by request, and not any issuer.
#pragma warning disable CA5359
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(LookInterval, _time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void Look()
    {
        if (_files.Refresh(out string? failure))
        {
            Volatile.Write(ref _current, _files.Current);
            LogReloaded(_current.Certificate.Subject, _current.NotAfter);
            foreach (string warning in _secrets.Select(SecretFilePermissions.Warning).OfType<string>())
            {
                LogReadable(warning);
            }
        }

        if (failure is not null)
        {
            LogNotReloaded(failure);
        }

        if (_expiry.IsDue(_current.NotAfter, _time.GetUtcNow()))
        {
            LogExpires(_current.Certificate.Subject, _current.NotAfter);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the certificate of our HTTPS addresses was replaced: {Subject}, valid until {NotAfter}")]
    private partial void LogReloaded(string subject, DateTimeOffset notAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogReadable(string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the certificate of our HTTPS addresses has changed, and cannot be used; the former one stays: {Reason}")]
    private partial void LogNotReloaded(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the certificate of our HTTPS addresses, {Subject}, expires at {NotAfter}")]
    private partial void LogExpires(string subject, DateTimeOffset notAfter);
}
