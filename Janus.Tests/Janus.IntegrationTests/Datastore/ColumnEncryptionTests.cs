using System.Security.Cryptography;
using Janus.Datastore;

namespace Janus.IntegrationTests.Datastore;

public sealed class ColumnEncryptionTests
{
    private static readonly string Old = DatastoreKeys.Generate();
    private static readonly string New = DatastoreKeys.Generate();
    private static readonly byte[] Row = [1, 2, 3];
    private static readonly byte[] Secret = [4, 5, 6, 7];

    [Test]
    public void What_was_sealed_opens_in_its_place_only()
    {
        ColumnEncryption encryption = new(DatastoreKeys.Parse([Old]));
        byte[] value = encryption.Seal("tasks", "verify_key", Row, Secret);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(encryption.Open("tasks", "verify_key", Row, value), Is.EqualTo(Secret));
            Assert.That(() => encryption.Open("tasks", "verify_key", [1, 2, 4], value), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => encryption.Open("tasks", "token", Row, value), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => encryption.Open("task", "sverify_key", Row, value), Throws.InstanceOf<CryptographicException>());
            Assert.That(value, Has.Length.EqualTo(Secret.Length + ColumnEncryption.Overhead));
        }
    }

    [Test]
    public void A_value_is_sealed_differently_each_time()
    {
        ColumnEncryption encryption = new(DatastoreKeys.Parse([Old]));

        Assert.That(
            encryption.Seal("tasks", "verify_key", Row, Secret), Is.Not.EqualTo(encryption.Seal("tasks", "verify_key", Row, Secret)));
    }

    [Test]
    public void Every_changed_byte_is_noticed([Range(0, 32)] int index)
    {
        ColumnEncryption encryption = new(DatastoreKeys.Parse([Old]));
        byte[] value = encryption.Seal("tasks", "verify_key", Row, Secret);
        Assume.That(value, Has.Length.EqualTo(33));
        value[index] ^= 1;

        Assert.That(
            () => encryption.Open("tasks", "verify_key", Row, value),
            Throws.InstanceOf<CryptographicException>().With.Message.StartsWith("a value of tasks.verify_key cannot be decrypted"));
    }

    [Test]
    public void A_new_first_key_seals_and_the_old_one_still_opens()
    {
        byte[] old = new ColumnEncryption(DatastoreKeys.Parse([Old])).Seal("t", "c", Row, Secret);
        ColumnEncryption rotated = new(DatastoreKeys.Parse([New, Old]));

        Assert.That(rotated.Open("t", "c", Row, old), Is.EqualTo(Secret));
        Assert.That(
            new ColumnEncryption(DatastoreKeys.Parse([New])).Open("t", "c", Row, rotated.Seal("t", "c", Row, Secret)), Is.EqualTo(Secret));
        Assert.That(
            () => new ColumnEncryption(DatastoreKeys.Parse([New])).Open("t", "c", Row, old), Throws.InstanceOf<CryptographicException>());
    }

    [TestCase]
    [TestCase("")]
    [TestCase("AAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAA==")]
    [TestCase("not base64url!")]
    public void Keys_that_are_missing_or_malformed_are_refused_without_being_shown(params string[] keys) =>
        Assert.That(
            () => DatastoreKeys.Parse(keys),
            Throws.InstanceOf<FormatException>().With.Message.Contains("expected").And.Message.Not.Contains("AAAA"));

    [TestCase(16)]
    [TestCase(32)]
    public void Keys_of_16_and_32_bytes_are_accepted(int length)
    {
        string key = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(length));

        ColumnEncryption encryption = new(DatastoreKeys.Parse([key]));

        Assert.That(encryption.Open("t", "c", Row, encryption.Seal("t", "c", Row, Secret)), Is.EqualTo(Secret));
    }

    [Test]
    public void A_value_too_short_to_be_one_is_refused() =>
        Assert.That(
            () => new ColumnEncryption(DatastoreKeys.Parse([Old])).Open("t", "c", Row, new byte[28]),
            Throws.InstanceOf<CryptographicException>());
}
