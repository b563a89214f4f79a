using System.Text;
using Janus.Dap;
using Janus.Messages;
using Janus.Provisioning;
using static Janus.UnitTests.Provisioning.ProvisioningFixture;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class NewTaskTests
{
    [Test]
    public void What_is_left_out_has_its_default_or_is_random()
    {
        TaskParameters one = Task(Terms).Make(Now);
        TaskParameters other = Task(Terms).Make(Now);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(one.Recipient, Is.EqualTo(Role.Leader));
            Assert.That(one.Configuration.TimePrecision, Is.EqualTo(new TimePrecision(3600)));
            Assert.That(one.Configuration.BatchMode, Is.EqualTo(BatchMode.TimeInterval));
            Assert.That(Encoding.UTF8.GetString(one.Configuration.TaskInfo.Span), Is.EqualTo("janus 2026-03-01T12:30:45Z"));
            Assert.That(one.Configuration.Extensions, Is.Empty);
            Assert.That(one.VerifyKey, Has.Length.EqualTo(32).And.Not.EqualTo(other.VerifyKey));
            Assert.That(one.Id, Is.Not.EqualTo(other.Id));
            Assert.That(new[] { one.AggregatorToken, one.CollectorToken, other.AggregatorToken, other.CollectorToken }, Is.Unique);
        }
    }

    [Test]
    public void What_is_given_is_taken()
    {
        DateTimeOffset start = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
        TaskTerms terms = Terms with
        {
            BatchMode = BatchMode.LeaderSelected,
            TimePrecision = TimeSpan.FromMinutes(5),
            TaskInfo = "ages",
            Interval = (start, TimeSpan.FromDays(1)),
        };
        NewTask given = Task(terms) with
        {
            Id = TaskId.Random(),
            VerifyKey = new byte[32],
            AggregatorToken = BearerToken.Generate(),
            CollectorToken = BearerToken.Generate(),
        };
        TaskParameters made = given.Make(Now);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.Configuration.BatchMode, Is.EqualTo(BatchMode.LeaderSelected));
            Assert.That(made.Configuration.TaskInfo.ToArray(), Is.EqualTo("ages"u8.ToArray()));
            Assert.That(made.Configuration.TaskInterval(), Is.EqualTo(Interval.Between(start, start.AddDays(1), new TimePrecision(300))));
            Assert.That((made.Id, made.VerifyKey, made.AggregatorToken, made.CollectorToken), Is.EqualTo(((TaskId?)given.Id, given.VerifyKey, given.AggregatorToken, given.CollectorToken)));
        }
    }

    [Test]
    public void All_mistakes_are_told_at_once_each_with_its_field()
    {
        TaskTerms mistaken = Terms with
        {
            Leader = new Url("ftp://leader.example/"),
            MinBatchSize = 0,
            TaskInfo = new string('x', 256),
            Interval = (Now, TimeSpan.FromMinutes(90)),
        };
        NewTask task = Task(mistaken) with { VerifyKey = new byte[31] };
        Assert.That(ProblemsOf(() => task.Make(Now)).Select(problem => problem.Field), Is.EquivalentTo(new[]
        {
            ProvisioningField.Leader,
            ProvisioningField.MinBatchSize,
            ProvisioningField.TaskInfo,
            ProvisioningField.TaskStart,
            ProvisioningField.TaskDuration,
            ProvisioningField.VerifyKey,
        }));
    }

    [TestCase(0.0)]
    [TestCase(-3600.0)]
    [TestCase(1.5)]
    public void A_time_precision_is_a_number_of_whole_seconds(double seconds) => Assert.That(
        ProblemsOf(() => Task(Terms with { TimePrecision = TimeSpan.FromSeconds(seconds) }).Make(Now)).Single().Field,
        Is.EqualTo(ProvisioningField.TimePrecision));

    [TestCase(-86_400.0)]
    [TestCase(0.0)]
    [TestCase(3600.5)]
    public void A_task_lasts_a_number_of_whole_time_precisions(double seconds) => Assert.That(
        ProblemsOf(() => Task(Terms with { Interval = (DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(seconds)) }).Make(Now)).Select(problem => problem.Field),
        Is.Not.Empty.And.All.EqualTo(ProvisioningField.TaskDuration));

    [Test]
    public void A_task_does_not_start_before_1970() => Assert.That(
        ProblemsOf(() => Task(Terms with { Interval = (DateTimeOffset.UnixEpoch.AddDays(-1), TimeSpan.FromDays(1)) }).Make(Now)).Single().Text,
        Does.StartWith("TaskStart: ").And.EndsWith("1969-12-31T00:00:00Z given"));

    [Test]
    public void An_unsupported_collector_configuration_is_refused()
    {
        HpkeConfig config = CollectorHpkeConfig with { PublicKey = new byte[31] };
        (ProvisioningField? field, string text) = ProblemsOf(() => (Task(Terms) with { CollectorHpkeConfig = config }).Make(Now)).Single();
        Assert.That(field, Is.EqualTo(ProvisioningField.CollectorHpkeConfig));
        Assert.That(text, Does.StartWith("CollectorHpkeConfig: ").And.Contain("a public key of 32 bytes"));
    }

    [Test]
    public void A_new_task_prints_no_secret() => Assert.That(Task(Terms).ToString(), Is.EqualTo(nameof(NewTask)));
}
