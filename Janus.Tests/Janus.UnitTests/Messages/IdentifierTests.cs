using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture(typeof(TaskId), 32)]
[TestFixture(typeof(ReportId), 16)]
[TestFixture(typeof(AggregationJobId), 16)]
[TestFixture(typeof(CollectionJobId), 16)]
[TestFixture(typeof(AggregateShareId), 16)]
[TestFixture(typeof(BatchId), 32)]
public sealed class IdentifierTests<T>(int length)
    where T : struct, IIdentifier<T>
{
    [Test]
    public void Bytes_come_back_as_they_were()
    {
        byte[] bytes = [.. Enumerable.Range(100, length).Select(i => (byte)i)];

        Assert.That(T.FromBytes(bytes).ToArray(), Is.EqualTo(bytes));
        Assert.That(T.Length, Is.EqualTo(length));
    }

    [Test]
    public void Another_number_of_bytes_is_refused([Values(-1, 1)] int difference) =>
        Assert.That(() => T.FromBytes(new byte[length + difference]), Throws.ArgumentException);

    [Test]
    public void Text_comes_back_as_it_was()
    {
        T identifier = Identifier.Random<T>();

        string text = identifier.ToString()!;

        Assert.That(text, Does.Match("^[A-Za-z0-9_-]+$"));
        Assert.That(Identifier.Parse<T>(text), Is.EqualTo(identifier));
    }

    [Test]
    public void Random_identifiers_differ() =>
        Assert.That(Enumerable.Range(0, 100).Select(_ => Identifier.Random<T>()).Distinct().Count(), Is.EqualTo(100));

    [Test]
    public void Identifiers_compare_like_their_bytes()
    {
        for (int i = 0; i < length; i++)
        {
            byte[] larger = new byte[length];
            larger[i] = 0x80;
            byte[] smaller = new byte[length];
            smaller.AsSpan(i + 1).Fill(0xff);

            Assert.That(T.FromBytes(larger).CompareTo(T.FromBytes(smaller)), Is.Positive, $"byte {i}");
            Assert.That(T.FromBytes(smaller).CompareTo(T.FromBytes(larger)), Is.Negative, $"byte {i}");
            Assert.That(T.FromBytes(larger), Is.Not.EqualTo(default(T)), $"byte {i}");
        }
    }

    [Test]
    public void Text_that_is_not_canonical_is_refused()
    {
        string text = T.FromBytes(new byte[length]).ToString()!;

        string[] wrong =
        [
            "", text + "=", text + "A", text[..^1], text + " ", " " + text[1..], text[..^1] + "B", text[..^1] + "/",
            text[..^1] + "+", text[..^1] + "ü", text.Insert(4, "\n"), text[..^1] + "\n",
        ];

        foreach (string candidate in wrong)
        {
            Assert.That(Identifier.TryParse<T>(candidate, out T _), Is.False, $"\"{candidate}\"");
        }

        Assert.That(Identifier.TryParse<T>((string?)null, out T _), Is.False);
        Assert.That(() => Identifier.Parse<T>(wrong[1]), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void A_destination_that_is_too_short_is_refused_and_left_alone()
    {
        byte[] destination = new byte[length - 1];

        Assert.That(() => T.FromBytes(Enumerable.Repeat((byte)1, length).ToArray()).CopyTo(destination), Throws.InstanceOf<ArgumentException>());
        Assert.That(destination, Is.All.Zero);
    }
}
