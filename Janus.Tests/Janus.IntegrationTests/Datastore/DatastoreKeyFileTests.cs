using System.Security.Cryptography;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class DatastoreKeyFileTests
{
    private static readonly byte[] Row = [1, 2, 3];
    private static readonly byte[] Secret = [4, 5, 6, 7];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly string _old = KeyText(1);
    private readonly string _new = KeyText(2);
    private FakeTimeProvider _clock = null!;
    private CapturedLogs _logs = null!;
    private TestDirectory _directory = null!;

    [SetUp]
    public void Create()
    {
        _clock = new FakeTimeProvider();
        _logs = new CapturedLogs();
        _directory = new TestDirectory();
    }

    [TearDown]
    public void Delete()
    {
        _directory.Dispose();
        _logs.Dispose();
    }

    [Test]
    public void Keys_are_one_a_line_and_change_with_the_file()
    {
        using DatastoreKeyFile file = Open($"# the keys\n\n{_old}\n");
        ColumnEncryption encryption = new(file);
        byte[] sealedWithOld = encryption.Seal("t", "c", Row, Secret);

        Write($"{_new}\r\n  {_old}\n");
        Assert.That(file.Keys.Ids, Has.Count.EqualTo(1), "not read yet");
        _clock.Advance(Soon);

        Assert.That(file.Keys.Ids, Has.Count.EqualTo(2));
        Assert.That(encryption.Open("t", "c", Row, sealedWithOld), Is.EqualTo(Secret));
        Assert.That(new ColumnEncryption(DatastoreKeys.Parse([_new])).Open("t", "c", Row, encryption.Seal("t", "c", Row, Secret)), Is.EqualTo(Secret));
        Assert.That(_logs.Lines, Has.Exactly(1).Contains("datastore keys read again: 2"));
        Assert.That(_logs.Lines, Has.None.Contains(_new));
    }

    [Test]
    public void A_value_under_a_key_that_was_just_added_opens_before_the_next_look()
    {
        using DatastoreKeyFile file = Open(_old);
        ColumnEncryption encryption = new(file);
        Write($"{_old}\n{_new}");

        Assert.That(encryption.Open("t", "c", Row, new ColumnEncryption(DatastoreKeys.Parse([_new])).Seal("t", "c", Row, Secret)), Is.EqualTo(Secret));
        byte[] unknown = new ColumnEncryption(DatastoreKeys.Parse([KeyText(3)])).Seal("t", "c", Row, Secret);
        Assert.That(
            () => encryption.Open("t", "c", Row, unknown),
            Throws.InstanceOf<CryptographicException>().With.Message.Contains($"it was encrypted with the datastore key {unknown[0]:x2}, and configured are"));
    }

    [Test]
    public void Half_of_a_key_that_is_being_written_is_not_taken_for_a_key()
    {
        using DatastoreKeyFile file = Open(_old);
        string whole = KeyText(9);
        Write(whole[..22]);
        Assert.That(DatastoreKeys.ParseFile(whole[..22]).Ids, Has.Count.EqualTo(1), "it would pass for one");
        _clock.Advance(Soon / 2);
        Assert.That(file.Keys.Ids, Is.EqualTo(DatastoreKeys.Parse([_old]).Ids));
        Write(whole);
        _clock.Advance(Soon / 2);
        Assert.That(file.Keys.Ids, Is.EqualTo(DatastoreKeys.Parse([_old]).Ids));
        _clock.Advance(Soon / 2);
        Assert.That(file.Keys.Ids, Is.EqualTo(DatastoreKeys.Parse([whole]).Ids));
    }

    [TestCase("")]
    [TestCase("not a key")]
    [TestCase(null)]
    public void A_file_that_is_spoilt_or_gone_leaves_the_keys_as_they_were_and_is_told_once(string? content)
    {
        using DatastoreKeyFile file = Open(_old);
        if (content is null)
        {
            File.Delete(_directory.Path("keys"));
        }
        else
        {
            Write(content);
        }

        _clock.Advance(Soon);
        _clock.Advance(Soon);

        Assert.That(file.Keys.Ids, Has.Count.EqualTo(1));
        Assert.That(_logs.Lines.Single(), Does.Contain("Error").And.Contain("could not be read again"));
        Write(_new);
        _clock.Advance(Soon);
        Assert.That(file.Keys.Ids, Is.EqualTo(DatastoreKeys.Parse([_new]).Ids));
    }

    [Test]
    public void Two_keys_with_one_id_are_refused_and_neither_is_shown()
    {
        // Among 257 keys there are two of one ID.
        string[] keys = [.. Enumerable.Range(0, 257).Select(KeyText)];
        IGrouping<byte, string> pair = keys.GroupBy(key => DatastoreKeys.Parse([key]).Ids[0]).First(group => group.Count() > 1);
        string[] both = [.. pair.Take(2)];

        FormatException refusal = Assert.Throws<FormatException>(() => DatastoreKeys.Parse(both))!;

        Assert.That(refusal.Message, Is.EqualTo($"datastore keys 0 and 1: expected different key IDs, both have {pair.Key:x2}; replace the one that is new (janus datastore-key generate)"));
    }

    private static string KeyText(int seed) =>
        System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(BitConverter.GetBytes(seed)));

    private void Write(string content) => File.WriteAllText(_directory.Path("keys"), content);

    private DatastoreKeyFile Open(string content)
    {
        Write(content);
        using LoggerFactory loggers = new([_logs]);
        return new DatastoreKeyFile(_directory.Path("keys"), _clock, loggers.CreateLogger<DatastoreKeyFile>());
    }
}
