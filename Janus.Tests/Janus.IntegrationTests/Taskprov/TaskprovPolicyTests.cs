using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Options;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>What a policy refuses even where its own limits are wide.</summary>
[TestFixture]
public sealed class TaskprovPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("sum:9223372036854775807", 1UL, null)]
    [TestCase("sum:9223372036854775807", 2UL, "2 reports of sum:9223372036854775807 can add up to 18446744073709551614, and sums wrap around")]
    [TestCase("sum:1000000000000000", 18_446UL, null)]
    [TestCase("sum:1000000000000000", 18_447UL, "expected smaller measurements, or a minimum batch size of at most 18446")]
    [TestCase("sumvec:2:9223372036854775807", 1_000_000_000UL, null)]
    public void A_task_whose_smallest_batch_could_wrap_around_is_not_opted_into(string vdaf, ulong minBatchSize, string? refusal)
    {
        TestTask task = new(new TestTaskOptions { Vdaf = VdafDescription.Parse(vdaf), MinBatchSize = minBatchSize });

        IReadOnlyList<string> refusals = Policy().Refusals(task.Configuration, Role.Leader, Now);

        Assert.That(refusals, refusal is null ? Is.Empty : Has.Exactly(1).Items.And.Some.Contains(refusal));
    }

    [Test]
    public void A_vdaf_of_gigabytes_is_refused_before_it_is_made()
    {
        TaskConfigurationFields fields = new TestTask(new TestTaskOptions()).Configuration.Fields;
        TaskConfiguration huge = new(fields with
        {
            VdafType = VdafType.Prio3Histogram,
            VdafConfiguration = WireMessage.Encode(new Prio3HistogramConfig(1 << 24, 1)),
        });
        TaskprovPolicy policy = Policy();
        policy.Refusals(huge, Role.Leader, Now);
        long before = GC.GetAllocatedBytesForCurrentThread();

        IReadOnlyList<string> refusals = policy.Refusals(huge, Role.Leader, Now);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 10));
        Assert.That(refusals, Has.Some.Contains("Taskprov.MaximumReportBytes"));
    }

    private static TaskprovPolicy Policy()
    {
        AggregatorOptions options = new();
        options.Taskprov = new TaskprovOptions
        {
            Enabled = true,
            Endpoints = [new TestTaskOptions().Leader],
            MaximumMeasurement = long.MaxValue,
            MinimumBatchSize = 1,
            RequireTaskInterval = false,
        };
        return new TaskprovPolicy(Options.Create(options));
    }
}
