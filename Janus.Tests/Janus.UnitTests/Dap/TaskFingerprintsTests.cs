using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.UnitTests.Dap;

public sealed class TaskFingerprintsTests
{
    private static readonly TaskId Id = TaskId.FromBytes([.. Enumerable.Range(0, TaskId.Length).Select(i => (byte)i)]);

    [Test]
    public void Fingerprints_stay_what_they_are_so_that_two_versions_can_be_compared()
    {
        TaskConfiguration configuration = new TestTask(new TestTaskOptions()).Configuration;

        Assert.That(TaskFingerprints.OfVerifyKey(Id, 9, new byte[32]), Is.EqualTo("445f8db8-535cab8b-c90cdaf4"));
        string hash = Convert.ToHexStringLower(SHA256.HashData([.. "janus task configuration fingerprint v1"u8, .. Id.ToArray(), .. configuration.Encoded.Span]));
        Assert.That(TaskFingerprints.OfConfiguration(Id, configuration), Is.EqualTo($"{hash[..8]}-{hash[8..16]}-{hash[16..24]}"));
    }

    [Test]
    public void Whatever_differs_between_the_sides_shows()
    {
        TestTask task = new(new TestTaskOptions());
        string key = TaskFingerprints.OfVerifyKey(task.Id, 1, task.VerifyKey);
        string configuration = TaskFingerprints.OfConfiguration(task.Id, task.Configuration);

        Assert.That(key, Does.Match("^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$"));
        Assert.That(TaskFingerprints.OfVerifyKey(task.Id, 2, task.VerifyKey), Is.Not.EqualTo(key));
        Assert.That(TaskFingerprints.OfVerifyKey(Id, 1, task.VerifyKey), Is.Not.EqualTo(key), "one key of two tasks is not seen to be one");
        Assert.That(TaskFingerprints.OfVerifyKey(task.Id, 1, [.. task.VerifyKey.Reverse()]), Is.Not.EqualTo(key));
        Assert.That(TaskFingerprints.OfConfiguration(Id, task.Configuration), Is.Not.EqualTo(configuration));
        Assert.That(
            TaskFingerprints.OfConfiguration(task.Id, new TaskConfiguration(task.Configuration.Fields with { MinBatchSize = 4 })), Is.Not.EqualTo(configuration));
    }
}
