using System.Text.Json.Nodes;
using Janus.Client;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Cli;
using Janus.Vdaf;

namespace Janus.UnitTests.Client;

[TestFixture]
public sealed class ClientTaskTests
{
    private TemporaryFolder _folder = null!;
    private ScriptedAggregators _aggregators = null!;

    [SetUp]
    public void Start()
    {
        _folder = new TemporaryFolder();
        _aggregators = new ScriptedAggregators(VdafDescription.Sum(100));
    }

    [TearDown]
    public async Task Stop()
    {
        await _aggregators.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_client_uploads_with_its_file_alone()
    {
        string path = await WriteAsync(Role.Client);
        ClientTask task = await ClientTask.LoadAsync(path);
        ClientTask parsed = ClientTask.Parse(await File.ReadAllTextAsync(path));
        using HttpClient http = new(DapHttpHandler.Create());

        UploadSummary summary = await task.CreateClient(http).UploadAsync([task.Measurement.Read("42"), task.Measurement.Read("17")]);

        Assert.That(summary.ToString(), Is.EqualTo("2 reports accepted"));
        Assert.That((parsed.Id, parsed.Configuration), Is.EqualTo((task.Id, task.Configuration)));
    }

    [Test]
    public async Task A_file_for_the_collector_is_refused()
    {
        string path = await WriteAsync(Role.Collector);
        TaskFileException refused = (await Assert.ThrowsAsync<TaskFileException>(() => ClientTask.LoadAsync(path)))!;
        Assert.That(refused.Message, Is.EqualTo($"{path}: expected the file for the client, got the one for the collector"));
        Assert.That(refused.Path, Is.EqualTo(path));
    }

    [Test]
    public void A_missing_file_is_named_with_the_folder_it_was_looked_for_in() => Assert.That(
        () => ClientTask.LoadAsync("no-client.json"),
        Throws.TypeOf<TaskFileException>().With.Message.EqualTo($"no-client.json: no such file in {Environment.CurrentDirectory}"));

    [Test]
    public async Task What_a_newer_version_has_written_is_named()
    {
        JsonObject json = JsonNode.Parse(await File.ReadAllTextAsync(await WriteAsync(Role.Client)))!.AsObject();
        json["version"] = 2;
        Assert.That(
            () => ClientTask.Parse(json.ToJsonString()),
            Throws.TypeOf<TaskFileException>().With.Message.StartsWith("client.json: no member is called \"version\": is it misspelt, or written by a newer version?"));
    }

    [Test]
    public async Task An_upload_tells_in_words_what_was_refused()
    {
        ClientTask task = await ClientTask.LoadAsync(await WriteAsync(Role.Client));
        using HttpClient http = new(DapHttpHandler.Create());
        UploadSummary summary = new(1, 3, 1, new Dictionary<ReportError, long> { [ReportError.ReportTooEarly] = 1, [ReportError.ReportReplayed] = 2 }, []);

        UploadSummary invalid = await task.CreateClient(http).UploadAsync([Measurement.FromNumber(101)]);

        Assert.That(invalid.ToString(), Is.EqualTo("0 reports accepted, 1 measurement not valid"));
        Assert.That(
            summary.ToString(),
            Is.EqualTo(
                "1 report accepted, 1 measurement not valid, 3 refused: 2 with report_replayed (already uploaded, or its interval has been collected); "
                + "1 with report_too_early (its time is ahead of the leader's clock: set this machine's clock, or upload the measurement later)"));
    }

    [Test]
    public void Every_error_has_its_name_and_an_explanation_of_its_own()
    {
        ReportError[] errors = [.. Enum.GetValues<ReportError>().Where(error => error != ReportError.Reserved)];
        Assert.That(errors.Select(error => error.Name()), Has.All.Match("^[a-z]+(_[a-z]+)+$"));
        Assert.That(errors.Append((ReportError)200).Select(error => error.Explain()), Is.Unique);
        Assert.That(ReportError.HpkeUnknownConfigId.Name(), Is.EqualTo("hpke_unknown_config_id"));
    }

    private async Task<string> WriteAsync(Role recipient)
    {
        TestTask task = _aggregators.DapTask;
        TaskParameters parameters = new()
        {
            Recipient = Role.Leader,
            Id = task.Id,
            Configuration = task.Configuration,
            Measurement = new MeasurementEncoding(VdafDescription.Of(task.Configuration)),
            CollectorHpkeConfig = task.Collector.Config,
            CollectorToken = task.CollectorToken,
        };
        string path = TaskFile.PathOf(_folder.Path, recipient);
        await TaskFile.WriteNewAsync(path, parameters.For(recipient));
        return path;
    }
}
