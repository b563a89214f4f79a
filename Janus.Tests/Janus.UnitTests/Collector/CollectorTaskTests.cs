using System.Numerics;
using Janus.Collector;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.UnitTests.Cli;
using Janus.UnitTests.Client;
using Janus.Vdaf;

namespace Janus.UnitTests.Collector;

[TestFixture]
public sealed class CollectorTaskTests
{
    private TemporaryFolder _folder = null!;
    private ScriptedLeader _leader = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        _leader = new ScriptedLeader(VdafDescription.Sum(100));
        TestTask task = _leader.DapTask;
        await TaskFile.WriteNewAsync(_folder.File("collector.json"), new TaskParameters
        {
            Recipient = Role.Collector,
            Id = task.Id,
            Configuration = task.Configuration,
            Measurement = new MeasurementEncoding(VdafDescription.Of(task.Configuration)),
            CollectorHpkeConfig = task.Collector.Config,
            CollectorToken = task.CollectorToken,
        });
        await CollectorKeyFile.WriteNewAsync(_folder.File("key.json"), task.Collector.Config, task.Collector.KeyPair);
    }

    [TearDown]
    public async Task Stop()
    {
        await _leader.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_collector_collects_with_its_files_alone()
    {
        _leader.Add([Measurement.FromNumber(40), Measurement.FromNumber(2)]);
        using CollectorTask task = await CollectorTask.LoadAsync(_folder.File("collector.json"), _folder.File("key.json"));
        using HttpClient http = new(DapHttpHandler.Create());

        CollectionResult result = await task.CreateCollector(http).CollectAsync(Query.TimeInterval(Interval.Of(new Time(77))));

        Assert.That(result.AggregateResult, Is.EqualTo(new BigInteger[] { 42 }));
        Assert.That(task.Measurement.Labels, Is.EqualTo(["sum"]));
        Assert.That(task.ToString(), Is.EqualTo(task.Id.ToString()));
    }

    [Test]
    public async Task A_key_of_another_task_is_refused()
    {
        using HpkeKeyPair other = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        string path = _folder.File("other.json");
        await CollectorKeyFile.WriteNewAsync(path, HpkeConfigs.Create(new HpkeConfigId(3), HpkeConfigs.MandatorySuite, other), other);
        Assert.That(
            () => CollectorTask.LoadAsync(_folder.File("collector.json"), path),
            Throws.TypeOf<TaskFileException>().With.Message.StartsWith($"{path}: is not the key of this task"));
    }

    [Test]
    public void A_missing_key_file_is_named() => Assert.That(
        () => CollectorTask.LoadAsync(_folder.File("collector.json"), "/nowhere/key.json"),
        Throws.TypeOf<TaskFileException>().With.Message.EqualTo("/nowhere/key.json: no such file"));
}
