using Janus.Datastore;
using Janus.Host.Configuration;
using Janus.Host.Hosting;
using Janus.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.IntegrationTests.Host;

/// <summary>The management listener and what a web page in an operator's browser could send to it.</summary>
public sealed class ManagementAccessTests
{
    private TestDatabase _database = null!;
    private OpenedDatabase _opened = null!;
    private WebApplication _application = null!;
    private ManagementServer _server = null!;
    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        JanusOptions options = new();
        options.Database.ConnectionString = _database.ConnectionString;
        options.Database.DatastoreKeys = [DatastoreKeys.Generate()];
        options.Management.Listen = ["http://127.0.0.1:0"];
        options.Management.AllowedHosts = ["janus.monitoring.svc"];
        _opened = await OpenedDatabase.OpenAsync(options.Database, attach: false, create: false, CancellationToken.None);
        _application = JanusApplication.Build(options, _opened);
        _server = _application.Services.GetRequiredService<ManagementServer>();
        await _server.StartAsync(CancellationToken.None);
        _address = new Uri(_server.Addresses.Single());
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        await _application.DisposeAsync();
        await _opened.DisposeAsync();
        await _database.DisposeAsync();
    }

    // Prometheus and the kubelet ask for the Pod's address, a port-forward for localhost, an old balancer for nothing.
    [TestCase("Host: 10.42.0.17:9464")]
    [TestCase("Host: [fd00::17]:9464")]
    [TestCase("Host: 127.0.0.1")]
    [TestCase("Host: localhost:9464")]
    [TestCase("Host: LOCALHOST.")]
    [TestCase("Host: Janus.Monitoring.svc:9464")]
    public async Task Programs_that_ask_for_an_address_or_a_known_name_are_answered(string host)
    {
        foreach (string path in (string[])["/healthz", "/metrics", "/log-level"])
        {
            Assert.That(await SendAsync($"GET {path} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 200 "), path);
        }

        Assert.That(await PutLevelAsync(host), Does.StartWith("HTTP/1.1 200 "));
    }

    [TestCase("GET /healthz HTTP/1.0\r\n\r\n")]
    public async Task A_program_without_a_host_is_answered(string request) => Assert.That(await SendAsync(request), Does.StartWith("HTTP/1.1 200 "));

    [TestCase("Host: evil.example:9464")]
    [TestCase("Host: localhost.evil.example")]
    [TestCase("Host: evillocalhost")]
    [TestCase("Host: 127.0.0.1.evil.example")]
    [TestCase("Host: monitoring.svc")]
    public async Task A_name_that_is_not_known_is_refused_and_the_answer_says_what_to_configure(string host)
    {
        string answer = await PutLevelAsync(host);
        Assert.That(answer, Does.StartWith("HTTP/1.1 421 ").And.Contain("Management.AllowedHosts").And.Not.Contain("evil"));
        Assert.That(await SendAsync($"GET /metrics HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 421 "));
    }

    [TestCase("Origin: https://evil.example")]
    [TestCase("Origin: null")]
    [TestCase("Origin: http://localhost:9464")]
    public async Task A_web_page_is_refused_whatever_host_it_asks_for(string origin) =>
        Assert.That(await PutLevelAsync($"Host: localhost:9464\r\n{origin}"), Does.StartWith("HTTP/1.1 403 "));

    [Test]
    public async Task A_request_with_two_lengths_is_refused()
    {
        string answer = await SendAsync("PUT /log-level HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndebug\r\n0\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 400 ").And.Contain("Connection: close"));
    }

    [Test]
    public async Task Connections_that_do_nothing_keep_no_operator_out()
    {
        RawConnection[] idle = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawConnection.OpenAsync(_address)));
        Assert.That(await SendAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 200 "));
        Array.ForEach(idle, connection => connection.Dispose());
    }

    private Task<string> PutLevelAsync(string headers) => SendAsync(
        $"PUT /log-level HTTP/1.1\r\n{headers}\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\ninformation");

    private async Task<string> SendAsync(string request)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_address);
        await connection.SendAsync(request);
        return await connection.ReadToEndAsync();
    }
}
