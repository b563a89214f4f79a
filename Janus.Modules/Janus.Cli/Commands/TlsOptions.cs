using System.CommandLine;
using Janus.Cli.Files;
using Janus.Dap;

namespace Janus.Cli.Commands;

/// <summary>The options for TLS of the commands that talk to Aggregators.</summary>
internal sealed class TlsOptions
{
    private readonly bool _hasCertificate;

    private readonly Option<string> _roots = new("--ca")
    {
        HelpName = "PATH",
        Description = "Root certificates (PEM) that are trusted beside those of the system.",
    };

    private readonly Option<string> _certificate = new("--client-certificate")
    {
        HelpName = "PATH",
        Description = "The client certificate (PEM) to present if the aggregator asks for one.",
    };

    private readonly Option<string> _key = new("--client-key")
    {
        HelpName = "PATH",
        Description = "Its private key (PEM), unless it is in the same file.",
    };

    /// <summary>The options, with those for a client certificate or without.</summary>
    public TlsOptions(bool hasCertificate) => _hasCertificate = hasCertificate;

    /// <summary>All options, each of which takes a path.</summary>
    public IReadOnlyList<Option<string>> Paths => _hasCertificate ? [_roots, _certificate, _key] : [_roots];

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_roots);
        if (!_hasCertificate)
        {
            return;
        }

        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_key) is not null && result.GetResult(_certificate) is null)
            {
                result.AddError("--client-certificate expected with --client-key");
            }
        });
    }

    /// <summary>A client for the requests of the command.</summary>
    /// <exception cref="CertificateFileException">A file cannot be used.</exception>
    public HttpClient CreateHttpClient(ParseResult result) => new(DapHttpHandler.Create(new ClientTls
    {
        TrustedRoots = result.GetValue(_roots) is { } roots ? ClientTls.ReadRoots(roots) : null,
        Certificate = _hasCertificate && result.GetValue(_certificate) is { } path ? Load(new CertificateFile(path, result.GetValue(_key), null)) : null,
    }));

    private static LoadedCertificate Load(CertificateFile file)
    {
        foreach (string path in file.SecretPaths)
        {
            SecretFile.WarnIfReadable(path);
        }

        return file.Load(TimeProvider.System.GetUtcNow());
    }
}
