using System.Net;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Host;

/// <summary>The process itself serves HTTPS: DAP §3 (http-usage).</summary>
public sealed class HttpsTests
{
    private TestDirectory _directory = null!;

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task Process_serves_https_with_the_configured_certificate()
    {
        using TestCertificate root = TestCertificate.Root("root");
        using TestCertificate server = root.Issue("server");
        await using TestDatabase database = await TestPostgres.CreateDatabaseAsync();
        await using HostProcess host = Start(server.Write(_directory.Root, "server"), database.ConnectionString);
        Uri address = await host.WaitForAddressAsync();
        Assert.That(address.Scheme, Is.EqualTo("https"));
        using HttpClient trusting = new(DapHttpHandler.Create(new ClientTls { TrustedRoots = [root.Certificate] }));
        using HttpClient other = new(DapHttpHandler.Create());
        Assert.That((await trusting.GetAsync(new Uri(address, "healthz"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(() => other.GetAsync(new Uri(address, "healthz")), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Process_does_not_start_with_a_certificate_that_cannot_be_used()
    {
        using TestCertificate root = TestCertificate.Root("root");
        using TestCertificate server = root.Issue("server");
        using TestCertificate expired = root.Issue("expired", TimeSpan.FromHours(-2), TimeSpan.FromHours(-1));
        (string certificate, string key) = server.Write(_directory.Root, "server");
        (string expiredCertificate, string expiredKey) = expired.Write(_directory.Root, "expired");
        ((string, string) Files, string Expected)[] cases =
        [
            (("/nowhere/server.pem", key), "Http.Certificate: /nowhere/server.pem: no such file"),
            ((certificate, expiredKey), "is not the private key of the certificate in"),
            ((expiredCertificate, expiredKey), "the certificate of CN=expired has expired at"),
            (("", ""), "Http.Certificate: a certificate is needed for an https address"),
        ];
        HostProcess[] hosts = [.. cases.Select(one => Start(one.Files))];
        int[] codes = await Task.WhenAll(hosts.Select(host => host.WaitForExitAsync()));
        string[] errors = [.. hosts.Select(host => host.Error)];
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
        Assert.That(codes, Is.All.EqualTo(1));
        foreach ((string error, string expected) in errors.Zip(cases.Select(one => one.Expected)))
        {
            Assert.That(error, Does.StartWith("janus: the configuration is wrong: Http.Certificate: ").And.Contain(expected));
        }
    }

    private HostProcess Start((string Certificate, string Key) files, string database = "Host=nowhere.invalid;Database=none") => HostProcess.Start(
        ["run", "--role", "aggregator", "--listen", "https://127.0.0.1:0", "--address-file", _directory.Path("addresses")],
        new Dictionary<string, string>
        {
            ["JANUS_DATABASE_URL"] = database,
            ["JANUS__Database__DatastoreKeys"] = DatastoreKeys.Generate(),
            ["JANUS__Http__Certificate"] = files.Certificate,
            ["JANUS__Http__PrivateKey"] = files.Key,
        });
}
