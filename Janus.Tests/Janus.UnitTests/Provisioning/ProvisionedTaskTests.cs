using Janus.Dap;
using Janus.Messages;
using Janus.Provisioning;
using static Janus.UnitTests.Provisioning.ProvisioningFixture;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class ProvisionedTaskTests
{
    private static readonly TaskTerms LeaderSelected = Terms with { BatchMode = BatchMode.LeaderSelected };

    [Test]
    public void Settings_are_stored_in_the_units_of_the_task()
    {
        AggregatorSettings settings = new() { TargetBatchSize = 200, BatchTimeWindow = TimeSpan.FromHours(2), ReportExpiryAge = TimeSpan.FromDays(1) };
        ProvisionedTask made = Make(LeaderSelected, Role.Leader, settings);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((made.Task.TargetBatchSize, made.Task.BatchTimeWindow, made.Task.ReportExpiryAge), Is.EqualTo(((ulong?)200, (ulong?)2, (ulong?)24)));
            Assert.That((made.Task.Role, made.Task.CreatedAt), Is.EqualTo((Role.Leader, Now)));
            Assert.That(made.Warnings, Is.Empty);
        }
    }

    [Test]
    public void Noise_is_told_to_the_others_as_it_is_stored()
    {
        DifferentialPrivacyStrategy noise = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/2");
        ProvisionedTask made = Make(Terms, Role.Helper, new AggregatorSettings { DifferentialPrivacy = noise });
        Assert.That((made.Task.DifferentialPrivacy, made.Parameters.DifferentialPrivacy), Is.EqualTo((noise, noise)));
    }

    [Test]
    public void All_mistakes_are_told_at_once_each_with_its_field()
    {
        AggregatorSettings settings = new() { Asynchronous = true, TargetBatchSize = 200, ReportExpiryAge = TimeSpan.FromMinutes(90) };
        Assert.That(
            ProblemsOf(() => Make(Terms with { Leader = new Url("http://leader.example/") }, Role.Leader, settings)).Select(problem => problem.Field),
            Is.EquivalentTo(new[] { ProvisioningField.Leader, ProvisioningField.Asynchronous, ProvisioningField.TargetBatchSize, ProvisioningField.ReportExpiryAge }));
    }

    [TestCase(99UL, "TargetBatchSize: at least the minimum batch size 100 expected, 99 given")]
    [TestCase((ulong)long.MaxValue + 1, "TargetBatchSize: at most 9223372036854775807 expected")]
    public void A_target_batch_size_is_neither_below_the_minimum_nor_beyond_the_database(ulong size, string expected) => Assert.That(
        ProblemsOf(() => Make(LeaderSelected, Role.Leader, new AggregatorSettings { TargetBatchSize = size })).Single().Text, Is.EqualTo(expected));

    [Test]
    public void Batches_are_made_by_the_leader_of_a_leader_selected_task()
    {
        AggregatorSettings settings = new() { TargetBatchSize = 200, BatchTimeWindow = TimeSpan.FromHours(1) };
        ProvisioningField[] both = [ProvisioningField.TargetBatchSize, ProvisioningField.BatchTimeWindow];
        Assert.That(ProblemsOf(() => Make(LeaderSelected, Role.Helper, settings)).Select(problem => problem.Field), Is.EqualTo(both));
        Assert.That(ProblemsOf(() => Make(Terms, Role.Leader, settings)).Select(problem => problem.Field), Is.EqualTo(both));
    }

    [Test]
    public void The_same_aggregator_twice_is_refused() => Assert.That(
        ProblemsOf(() => Make(Terms with { Helper = new Url("https://LEADER.example:443") }, Role.Leader, new AggregatorSettings())).Single().Text,
        Does.Contain("the address of both the Leader and the Helper"));

    [Test]
    public void Http_is_taken_on_this_machine_and_when_allowed()
    {
        TaskTerms local = Terms with { Leader = new Url("http://127.0.0.1:8080/"), Helper = new Url("http://localhost:8081/") };
        TaskTerms remote = Terms with { Helper = new Url("http://helper.example/") };
        Assert.That(() => Make(local, Role.Leader, new AggregatorSettings()), Throws.Nothing);
        Assert.That(() => Make(remote, Role.Leader, new AggregatorSettings { AllowHttp = true }), Throws.Nothing);
        Assert.That(
            ProblemsOf(() => Make(remote, Role.Leader, new AggregatorSettings())),
            Is.EqualTo(new[] { ((ProvisioningField?)ProvisioningField.Helper, "http://helper.example/: an https URL expected (AllowHttp takes it as it is)") }));
    }

    [Test]
    public void A_batch_of_one_report_and_large_sums_are_warned_of()
    {
        TaskTerms terms = Terms with { MinBatchSize = 1, Measurement = MeasurementEncoding.Parse("sum:1000000000000000") };
        Assert.That(Make(terms, Role.Leader, new AggregatorSettings()).Warnings, Has.Count.EqualTo(2)
            .And.Some.StartsWith("the result of a batch of more than ").And.Some.StartsWith("the minimum batch size is 1: "));
    }

    [Test]
    public void A_smallest_batch_that_could_wrap_around_is_refused() => Assert.That(
        ProblemsOf(() => Make(Terms with { Measurement = MeasurementEncoding.Parse("sum:9223372036854775807") }, Role.Leader, new AggregatorSettings())).Single().Field,
        Is.EqualTo(ProvisioningField.MinBatchSize));

    [Test]
    public void Noise_that_is_too_wide_is_refused()
    {
        DifferentialPrivacyStrategy noise = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/999999999999999999");
        Assert.That(
            ProblemsOf(() => Make(Terms, Role.Leader, new AggregatorSettings { DifferentialPrivacy = noise })).Single().Text,
            Does.StartWith($"DifferentialPrivacy: the noise of {noise} is too wide"));
    }

    [Test]
    public void A_leader_is_not_made_of_what_the_helper_knows()
    {
        TaskParameters helper = Task(Terms).Make(Now).For(Role.Helper);
        Assert.That(() => ProvisionedTask.Make(helper, Role.Leader, new AggregatorSettings(), Now), Throws.ArgumentException);
    }

    [Test]
    public void An_advertised_task_is_of_the_aggregators_that_have_agreed()
    {
        TaskprovAgreement agreement = Agreement(Role.Leader).WithSecrets().For(Role.Collector);
        AdvertisedTask made = AdvertisedTask.Make(Terms, agreement);
        TaskTerms elsewhere = Terms with { Helper = new Url("https://other.example/") };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((made.Collector!.CollectorToken, made.Collector.Configuration), Is.EqualTo((agreement.CollectorToken, made.Client.Configuration)));
            Assert.That(made.Client.Id, Is.EqualTo(TaskprovDerivation.TaskIdOf(made.Client.Configuration)));
            Assert.That(AdvertisedTask.Make(Terms, null).Client.Id, Is.Not.EqualTo(made.Client.Id), "two tasks alike are two tasks");
            Assert.That(
                ProblemsOf(() => AdvertisedTask.Make(elsewhere, agreement)),
                Is.EqualTo(new[] { ((ProvisioningField?)ProvisioningField.Agreement, "Agreement: is for https://helper.example/, the task is at https://other.example/") }));
        }
    }

    private static ProvisionedTask Make(TaskTerms terms, Role ours, AggregatorSettings settings) =>
        ProvisionedTask.Make(Task(terms).Make(Now), ours, settings, Now);
}
