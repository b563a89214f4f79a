using System.Text;
using Janus.Dap;
using Janus.Messages;

namespace Janus.UnitTests.Dap.Taskprov;

[TestFixture]
public sealed class TaskprovHeaderTests
{
    /// <summary>The example of Taskprov (task-advertisement).</summary>
    internal const string DraftExample =
        ":BHRlc3QAG2h0dHBzOi8vbGVhZGVyLmV4YW1wbGUuY29tLwAbaHR0cHM6Ly9oZWxwZXIuZXhhbXBsZS5jb20vAAAAAAAAADwAAAAAAAAACgEAAAAAAAEAAAAUAAEAEAAAAAAAAAA8AAAAAAAAAGQ=:";

    [Test]
    public void The_drafts_example_is_read_and_written()
    {
        Assert.That(TaskprovHeader.TryParse(DraftExample, out TaskConfiguration? configuration), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration!.TaskInfo.ToArray(), Is.EqualTo("test"u8.ToArray()));
            Assert.That(configuration.LeaderAggregatorEndpoint.ToString(), Is.EqualTo("https://leader.example.com/"));
            Assert.That(configuration.HelperAggregatorEndpoint.ToString(), Is.EqualTo("https://helper.example.com/"));
            Assert.That(configuration.TimePrecision.Seconds, Is.EqualTo(60));
            Assert.That(configuration.MinBatchSize, Is.EqualTo(10));
            Assert.That(configuration.BatchMode, Is.EqualTo(BatchMode.TimeInterval));
            Assert.That(configuration.VdafType, Is.EqualTo(VdafType.Prio3Count));
            Assert.That(configuration.TaskInterval(), Is.EqualTo(new Interval(new Time(60), new Duration(100))));
            Assert.That(TaskprovHeader.Format(configuration), Is.EqualTo(DraftExample));
        }
    }

    [Test]
    public void The_exact_bytes_are_kept()
    {
        Assert.That(TaskprovHeader.TryParse(DraftExample, out TaskConfiguration? configuration), Is.True);
        Assert.That(configuration!.Encoded.ToArray(), Is.EqualTo(Convert.FromBase64String(DraftExample.Trim(':'))));
    }

    [TestCase("")]
    [TestCase(";a")]
    [TestCase(";a;b=1;  c=-1.5;d=\"x \\\" \\\\\";e=tok/en:x;f=:AAA=:;g=?0;h=@-1659578233;i=%\"f%c3%bc\"")]
    [TestCase(";*=1")]
    [TestCase("  ")]
    public void Parameters_and_blanks_around_are_ignored(string after) =>
        Assert.That(TaskprovHeader.TryParse("  " + DraftExample + after, out _), Is.True);

    [TestCase(";")]
    [TestCase(";A")]
    [TestCase(";a=")]
    [TestCase(";a=1.")]
    [TestCase(";a=1234567890123456")]
    [TestCase(";a=\"x")]
    [TestCase(";a=?2")]
    [TestCase(";a=:*:")]
    [TestCase(" ;a")]
    [TestCase("x")]
    [TestCase(", ")]
    [TestCase(", :AA==:")]
    public void A_field_that_is_not_one_item_is_ignored(string after) =>
        Assert.That(TaskprovHeader.TryParse(DraftExample + after, out _), Is.False);

    [Test]
    public void Padding_may_be_left_out() =>
        Assert.That(TaskprovHeader.TryParse(DraftExample.Replace("=", "", StringComparison.Ordinal), out _), Is.True);

    [TestCase("42")]
    [TestCase("1.5")]
    [TestCase("token")]
    [TestCase("\"string\"")]
    [TestCase("?1")]
    [TestCase("@1659578233")]
    [TestCase("(:AA==:)")]
    [TestCase("")]
    [TestCase(":")]
    [TestCase("::")]
    [TestCase(":AA==")]
    [TestCase(":A:")]
    [TestCase(":A A=:")]
    [TestCase(":A-_=:")]
    [TestCase(":AA===:")]
    [TestCase(null)]
    public void A_value_of_another_type_or_a_malformed_one_is_ignored(string? value) =>
        Assert.That(TaskprovHeader.TryParse(value, out _), Is.False);

    [Test]
    public void Bytes_that_are_not_exactly_one_task_configuration_are_ignored()
    {
        byte[] encoded = Convert.FromBase64String(DraftExample.Trim(':'));
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.That(TaskprovHeader.TryParse(Field(encoded.AsSpan(0, length)), out _), Is.False, $"{length} bytes");
        }

        Assert.That(TaskprovHeader.TryParse(Field([.. encoded, 0]), out _), Is.False);
        Assert.That(TaskprovHeader.TryParse($":{Encoding.ASCII.GetString(encoded.AsSpan(0, 5))}:", out _), Is.False);
    }

    private static string Field(ReadOnlySpan<byte> bytes) => $":{Convert.ToBase64String(bytes)}:";
}
