using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class TaskRulesTests
{
    private static readonly TimePrecision Hour = new(3600);

    [Test]
    public void The_checksum_is_the_xor_of_the_hashes()
    {
        ReportId[] ids = [ReportId.Random(), ReportId.Random(), ReportId.Random()];
        byte[] expected = new byte[32];
        foreach (ReportId id in ids)
        {
            byte[] hash = SHA256.HashData(id.ToArray());
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] ^= hash[i];
            }
        }

        Assert.That(ReportIdChecksum.Of(ids).ToArray(), Is.EqualTo(expected));
        Assert.That(ReportIdChecksum.Of(ids.Reverse()), Is.EqualTo(ReportIdChecksum.Of(ids)));
        Assert.That(ReportIdChecksum.Of([]), Is.EqualTo(BatchChecksum.Empty));
    }

    [TestCase(new int[0], true)]
    [TestCase(new[] { 5 }, true)]
    [TestCase(new[] { 1, 2, 9 }, true)]
    [TestCase(new[] { 2, 1 }, false)]
    [TestCase(new[] { 1, 1 }, false)]
    [TestCase(new[] { 1, 3, 2 }, false)]
    public void Extensions_increase_strictly(int[] types, bool expected) =>
        Assert.That(ExtensionRules.AreStrictlyIncreasing(Extensions(types)), Is.EqualTo(expected));

    [TestCase(new[] { 1, 3 }, new[] { 2, 4 }, true)]
    [TestCase(new[] { 1, 3 }, new[] { 3 }, false)]
    [TestCase(new[] { 3, 1 }, new int[0], false)]
    [TestCase(new int[0], new[] { 2, 2 }, false)]
    [TestCase(new int[0], new int[0], true)]
    public void No_extension_is_there_twice(int[] publicTypes, int[] privateTypes, bool expected) =>
        Assert.That(ExtensionRules.AreWellFormed(Extensions(publicTypes), Extensions(privateTypes)), Is.EqualTo(expected));

    [Test]
    public void Unrecognized_extensions_are_listed_once() =>
        Assert.That(
            ExtensionRules.Unrecognized(Extensions([23, 1, 42, 23]), code => code == 1), Is.EqualTo(new ushort[] { 23, 42 }));

    [TestCase(9ul, ReportError.TaskNotStarted)]
    [TestCase(10ul, null)]
    [TestCase(14ul, null)]
    [TestCase(15ul, ReportError.TaskExpired)]
    public void A_report_must_fall_within_the_tasks_interval(ulong time, ReportError? expected) =>
        Assert.That(
            ReportTimeRules.Check(
                new Time(time), Hour, new Interval(new Time(10), new Duration(5)), DateTimeOffset.UnixEpoch.AddHours(100), TimeSpan.Zero),
            Is.EqualTo(expected));

    [TestCase(2ul, null)]
    [TestCase(3ul, null)]
    [TestCase(4ul, ReportError.ReportTooEarly)]
    public void A_report_may_be_a_little_ahead_of_the_clock(ulong time, ReportError? expected) =>
        Assert.That(
            ReportTimeRules.Check(new Time(time), Hour, null, DateTimeOffset.UnixEpoch.AddMinutes(175), TimeSpan.FromMinutes(5)),
            Is.EqualTo(expected));

    [Test]
    public void The_task_interval_is_read_from_the_extension()
    {
        TaskConfiguration without = new(Samples.TaskConfiguration.Fields with { Extensions = [] });

        Assert.That(Samples.TaskConfiguration.TaskInterval(), Is.EqualTo(Samples.Interval));
        Assert.That(without.TaskInterval(), Is.Null);
    }

    [Test]
    public void A_good_configuration_has_no_mistakes() =>
        Assert.That(TaskConfigurationRules.FindMistakes(Samples.TaskConfiguration), Is.Empty);

    [Test]
    public void All_mistakes_are_found_at_once()
    {
        TaskConfiguration configuration = new(Samples.TaskConfiguration.Fields with
        {
            LeaderAggregatorEndpoint = new Url("nowhere"),
            MinBatchSize = 0,
            BatchMode = (BatchMode)9,
            Extensions = [new TaskExtension((TaskExtensionType)5, Samples.Bytes()), new TaskExtension(TaskExtensionType.TaskInterval, Samples.Bytes(1))],
        });

        IReadOnlyList<string> mistakes = TaskConfigurationRules.FindMistakes(configuration);

        Assert.That(mistakes, Has.Count.EqualTo(6));
        Assert.That(mistakes, Has.One.StartsWith("leader_aggregator_endpoint: "));
        Assert.That(mistakes, Has.One.StartsWith("min_batch_size: "));
        Assert.That(mistakes, Has.One.StartsWith("batch_mode: "));
        Assert.That(mistakes, Has.One.Contains("strictly increasing"));
        Assert.That(mistakes, Has.One.EqualTo("extensions: type 5 is not supported"));
        Assert.That(mistakes, Has.One.Contains("cannot decode"));
    }

    [Test]
    public void A_batch_config_is_a_mistake() =>
        Assert.That(
            TaskConfigurationRules.FindMistakes(new TaskConfiguration(Samples.TaskConfiguration.Fields with { BatchConfig = Samples.Bytes(1) })),
            Has.One.StartsWith("batch_config: "));

    [TestCase(5ul, 0ul)]
    [TestCase(5ul, ulong.MaxValue)]
    public void A_task_interval_without_times_or_end_is_a_mistake(ulong start, ulong duration)
    {
        TaskExtension extension = TaskExtension.TaskInterval(new Interval(new Time(start), new Duration(duration)));

        Assert.That(
            TaskConfigurationRules.FindMistakes(new TaskConfiguration(Samples.TaskConfiguration.Fields with { Extensions = [extension] })),
            Has.Count.EqualTo(1));
    }

    private static ReportExtension[] Extensions(int[] types) =>
        [.. types.Select(type => new ReportExtension((ReportExtensionType)type, ReadOnlyMemory<byte>.Empty))];
}
