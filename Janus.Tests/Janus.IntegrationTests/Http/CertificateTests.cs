using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Janus.IntegrationTests.Http;

/// <summary>A server whose certificate nobody trusts learns nothing, neither tokens nor reports: DAP §3 (http-usage).</summary>
public sealed class CertificateTests : DeploymentFixture
{
    private static readonly BackOff Once = new() { MaximumAttempts = 1 };
    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private X509Certificate2 _certificate = null!;
    private WebApplication _stranger = null!;
    private int _requests;

    private Uri Stranger => new(_stranger.Urls.Single() + "/");

    [OneTimeSetUp]
    public async Task StartStranger()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _certificate = X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Stranger" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        _stranger = builder.Build();
        _stranger.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        await _stranger.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopStranger()
    {
        await _stranger.DisposeAsync();
        _certificate.Dispose();
        _http.Dispose();
    }

    [SetUp]
    public void ForgetStrangersRequests() => _requests = 0;

    [Test]
    public async Task A_client_sends_nothing_to_a_server_without_a_trusted_certificate()
    {
        TestTask task = new(new TestTaskOptions { Leader = Stranger, Helper = Stranger });
        DapClient client = new(task.Id, task.Configuration, _http, new DapClientOptions { BackOff = Once });

        AssertUntrusted(await Assert.ThrowsAsync<HttpRequestException>(() => client.UploadAsync(Measurement.FromNumber(1))));
    }

    [Test]
    public async Task A_collector_sends_nothing_to_a_server_without_a_trusted_certificate()
    {
        TestTask task = new(new TestTaskOptions { Leader = Stranger, Helper = Stranger });
        DapCollector collector = new(
            task.Id,
            task.Configuration,
            task.CollectorHpkeConfig,
            task.CollectorKeyPair,
            task.CollectorToken,
            _http,
            new DapCollectorOptions { BackOff = Once });

        AssertUntrusted(await Assert.ThrowsAsync<HttpRequestException>(() => collector.CollectAsync(Query.TimeInterval(TestDeployment.AroundNow))));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_leader_sends_nothing_to_a_server_without_a_trusted_certificate_and_keeps_its_reports()
    {
        TestTask task = new(new TestTaskOptions { Leader = Deployment.Leader.Endpoint, Helper = Stranger });
        await Deployment.Leader.AddTaskAsync(task.For(Role.Leader));
        await Deployment.UploadAsync(task, 1, 2, 3);

        // More attempts than refusals are given to a Helper that says no.
        while (await LeaderScalarAsync<int>(task, "coalesce(max(lease_attempts), 0)", "aggregation_jobs") <= TestDeployment.MaximumAttempts)
        {
            await Task.Delay(20, TestContext.CurrentContext.CancellationToken);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_requests, Is.Zero);
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "unaggregated_reports"), Is.EqualTo(3));
            Assert.That(await LeaderScalarAsync<long>(task, "count(*) FILTER (WHERE state <> 1)", "aggregation_jobs"), Is.Zero);
            Assert.That(Deployment.Leader.Logs.Lines.Any(line => line.Contains("SSL connection", StringComparison.Ordinal)), Is.True);
        }
    }

    private void AssertUntrusted(HttpRequestException? exception)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exception?.HttpRequestError, Is.EqualTo(HttpRequestError.SecureConnectionError));
            Assert.That(_requests, Is.Zero);
        }
    }
}
