using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Client;

/// <summary>Clients and Collectors of tasks that are advertised: Taskprov, Client and Collector behavior.</summary>
[TestFixture]
public sealed class AdvertisedTaskTests
{
    private readonly HttpClient _http = new(DapHttpHandler.Create());

    [OneTimeTearDown]
    public void DisposeHttpClient() => _http.Dispose();

    [Test]
    public async Task A_client_advertises_the_task_with_every_upload_under_the_derived_id()
    {
        await using ScriptedAggregators aggregators = new(VdafDescription.Count());
        aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request) ? Answer.Ok : normally();
        DapClient client = DapClient.ForAdvertisedTask(aggregators.DapTask.Configuration, _http, new DapClientOptions { ReportsPerRequest = 1 });

        await client.UploadAsync(Measurement.FromNumber(1));
        await client.UploadAsync([Measurement.FromNumber(1), Measurement.FromNumber(0)]);

        Assert.That(client.TaskId, Is.EqualTo(TaskprovDerivation.TaskIdOf(aggregators.DapTask.Configuration)));
        Assert.That(aggregators.Uploads, Has.Count.EqualTo(3));
        Assert.That(
            aggregators.Uploads.Select(upload => (upload.Path, upload.Taskprov)),
            Is.All.EqualTo(($"/leader/tasks/{client.TaskId}/reports", TaskprovHeader.Format(aggregators.DapTask.Configuration))));
        Assert.That(aggregators.Server.Requests.Except(aggregators.Uploads).Select(request => request.Taskprov), Is.All.Null);
    }

    [Test]
    public async Task A_client_of_a_task_that_was_added_advertises_nothing()
    {
        await using ScriptedAggregators aggregators = new(VdafDescription.Count());
        await new DapClient(aggregators.DapTask.Id, aggregators.DapTask.Configuration, _http).UploadAsync(Measurement.FromNumber(1));

        Assert.That(aggregators.Uploads.Select(upload => upload.Taskprov), Is.EqualTo(new string?[] { null }));
    }

    [Test]
    public async Task A_collector_advertises_the_task_with_every_request_under_the_derived_id()
    {
        await using LoopbackServer server = new(_ => new Answer(200).With("Location", "/leader/tasks/x/collection_jobs/y"));
        using TestTask task = new(server.Uri, VdafDescription.Count());
        DapCollector collector = DapCollector.ForAdvertisedTask(
            task.Configuration, task.Collector.Config, task.Collector.KeyPair, task.CollectorToken, _http);

        CollectionJobState state = await collector.CreateAsync(Query.TimeInterval(new Interval(new Time(1), new Duration(1))));
        await collector.PollAsync(state.Job);
        await collector.DeleteAsync(state.Job);
        IReadOnlyList<ReceivedRequest> requests = server.Requests;

        Assert.That(collector.TaskId, Is.EqualTo(TaskprovDerivation.TaskIdOf(task.Configuration)));
        Assert.That(requests.Select(request => request.Method), Is.EqualTo(["POST", "GET", "DELETE"]));
        Assert.That(requests[0].Path, Is.EqualTo($"/leader/tasks/{collector.TaskId}/collection_jobs"));
        Assert.That(requests.Select(request => request.Taskprov), Is.All.EqualTo(TaskprovHeader.Format(task.Configuration)));
    }

    [Test]
    public void Nobody_takes_part_in_a_task_with_an_extension_that_is_not_known()
    {
        using TestTask task = new(new Uri("https://aggregators.example/"), VdafDescription.Count());
        TaskConfiguration unknown = new(task.Configuration.Fields with { Extensions = [new TaskExtension((TaskExtensionType)0xFF00, default)] });
        TaskConfiguration vdaf = new(task.Configuration.Fields with { VdafType = (VdafType)0xFFFF0000 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => DapClient.ForAdvertisedTask(unknown, _http), Throws.ArgumentException.With.Message.Contains("65280 is not supported"));
            Assert.That(() => DapClient.ForAdvertisedTask(vdaf, _http), Throws.TypeOf<UnsupportedVdafException>());
            Assert.That(
                () => DapCollector.ForAdvertisedTask(unknown, task.Collector.Config, task.Collector.KeyPair, task.CollectorToken, _http),
                Throws.ArgumentException.With.Message.Contains("65280 is not supported"));
        }
    }
}
