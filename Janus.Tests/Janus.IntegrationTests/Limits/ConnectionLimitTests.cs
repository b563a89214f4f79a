using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Limits;

/// <summary>More connections than a process takes.</summary>
public sealed class ConnectionLimitTests : EndpointFixture
{
    private const int Most = 8;

    [TestCase("")]
    [TestCase("POST /tasks/x/reports HTTP/1.1\r\nHost: x\r\n")]
    [TestCase("GET /hpke_config HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("POST /tasks/{task}/reports HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: 1000\r\n\r\n0123456789")]
    [TestCase("POST /tasks/{task}/reports HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n")]
    public async Task Connections_that_keep_the_process_waiting_keep_nobody_out(string sent)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        string octets = sent.Replace("{task}", task.Id.ToString(), StringComparison.Ordinal).Replace("{type}", DapVersion.Newest.MediaTypes.UploadRequest, StringComparison.Ordinal);
        List<RawConnection> waiting = [];
        try
        {
            for (int i = 0; i < 20; i++)
            {
                RawConnection connection = await RawConnection.OpenAsync(Aggregator.Endpoint);
                waiting.Add(connection);
                await connection.SendAsync(octets);
                await AssertServedAsync(task);
            }

            Assert.That(Aggregator.Get<ConnectionLimit>().Open, Is.LessThanOrEqualTo(Most));
        }
        finally
        {
            waiting.ForEach(connection => connection.Dispose());
        }
    }

    [Test]
    public void Of_those_that_wait_the_longest_is_closed_and_none_that_is_worked_on()
    {
        int closed = 0;
        ConnectionLimit limit = new(3, () => closed++);
        List<string> order = [];
        OpenConnection working = Open(limit, "working", order);
        OpenConnection answered = Open(limit, "answered", order);
        Open(limit, "idle", order);
        working.BeginWork();
        answered.Answered();

        Open(limit, "new", order).BeginWork();
        Assert.That(order, Is.EqualTo(["idle"]));
        Open(limit, "newer", order).BeginWork();
        Assert.That(order, Is.EqualTo(["idle", "answered"]));
        Assert.That(limit.TryOpen(new OpenConnection(limit, () => { })), Is.False);
        working.EndWork();
        Open(limit, "newest", order);
        Assert.That(order, Is.EqualTo(["idle", "answered", "working"]));
        Assert.That((limit.Open, closed), Is.EqualTo((3, 4)));

        // What ends on a connection that has been closed changes nothing.
        working.Answered();
        limit.Leave(working);
        Assert.That(limit.Open, Is.EqualTo(3));
    }

    protected override int? MaximumConnections => Most;

    private static OpenConnection Open(ConnectionLimit limit, string name, List<string> closed)
    {
        OpenConnection connection = new(limit, () => closed.Add(name));
        Assert.That(limit.TryOpen(connection), Is.True);
        return connection;
    }

    private async Task AssertServedAsync(TestTask task)
    {
        byte[] body = ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(1));
        using RawConnection client = await RawConnection.PostAsync(At($"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, body.Length);
        await client.SendAsync(body);
        Assert.That(await client.ReadStatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }
}
