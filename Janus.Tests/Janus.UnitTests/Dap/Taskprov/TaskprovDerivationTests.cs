using Janus.Dap;
using Janus.Messages;

namespace Janus.UnitTests.Dap.Taskprov;

/// <summary>Against values that another implementation of SHA-256 and HMAC has computed step by step from the draft's formulas.</summary>
[TestFixture]
public sealed class TaskprovDerivationTests
{
    private const string ExampleTaskId = "NYSKiYrbFGtVk4UkfH5J2xy9KK9S48Ec-wHU_EtJBHk";

    private static readonly byte[] VerifyKeyInit = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static TaskConfiguration Example =>
        TaskprovHeader.TryParse(TaskprovHeaderTests.DraftExample, out TaskConfiguration? configuration) ? configuration : throw new InvalidOperationException();

    [Test]
    public void The_task_id_of_the_drafts_example_is_the_hash_of_its_configuration() =>
        Assert.That(TaskprovDerivation.TaskIdOf(Example).ToString(), Is.EqualTo(ExampleTaskId));

    [Test]
    public void Every_bit_of_the_configuration_makes_another_task_id()
    {
        TaskConfiguration other = new(Example.Fields with { MinBatchSize = 11 });
        Assert.That(TaskprovDerivation.TaskIdOf(other), Is.Not.EqualTo(TaskprovDerivation.TaskIdOf(Example)));
    }

    [TestCase(16, "b8e92261737fbd368b4cd5b17fdafd6d")]
    [TestCase(32, "b8e92261737fbd368b4cd5b17fdafd6d8fe587f2696df6cd07b618167c2c83d0")]
    [TestCase(48, "b8e92261737fbd368b4cd5b17fdafd6d8fe587f2696df6cd07b618167c2c83d0857bfbef19dc12de258dbedabe8d13cf")]
    public void The_verify_key_is_derived_with_hkdf(int length, string expected) =>
        Assert.That(
            Convert.ToHexStringLower(TaskprovDerivation.VerifyKeyOf(VerifyKeyInit, TaskId.Parse(ExampleTaskId), length)), Is.EqualTo(expected));

    [Test]
    public void Another_task_or_another_secret_gives_another_verify_key()
    {
        byte[] key = TaskprovDerivation.VerifyKeyOf(VerifyKeyInit, TaskId.Parse(ExampleTaskId), 32);
        Assert.That(TaskprovDerivation.VerifyKeyOf(VerifyKeyInit, TaskId.Random(), 32), Is.Not.EqualTo(key));
        Assert.That(TaskprovDerivation.VerifyKeyOf(new byte[32], TaskId.Parse(ExampleTaskId), 32), Is.Not.EqualTo(key));
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    public void A_secret_of_another_length_than_32_bytes_is_refused(int length) =>
        Assert.That(
            () => TaskprovDerivation.VerifyKeyOf(new byte[length], TaskId.Random(), 32),
            Throws.ArgumentException.With.Message.Contains("expected a verify_key_init of 32 bytes"));
}
