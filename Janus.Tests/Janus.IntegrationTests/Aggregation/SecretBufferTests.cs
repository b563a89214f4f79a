using Janus.Aggregator;

namespace Janus.IntegrationTests.Aggregation;

public sealed class SecretBufferTests
{
    [Test]
    public void Disposal_clears_what_was_owned_and_gives_nothing_more()
    {
        byte[] secret = [1, 2, 3];
        SecretBuffer buffer = SecretBuffer.Own(secret);
        Assert.That(buffer.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));

        buffer.Dispose();
        buffer.Dispose();

        Assert.That(secret, Is.EqualTo(new byte[3]));
        Assert.That(buffer.Memory.IsEmpty, Is.True);
    }

    [Test]
    public void A_rented_buffer_has_the_length_asked_for()
    {
        using SecretBuffer buffer = SecretBuffer.Rent(1_000);
        Assert.That(buffer.Span.Length, Is.EqualTo(1_000));
        Assert.That(SecretBuffer.Allocate(5).Span.ToArray(), Is.EqualTo(new byte[5]));
    }

    [Test]
    public void The_text_of_a_buffer_is_its_type() =>
        Assert.That(SecretBuffer.Own([1, 2, 3]).ToString(), Is.EqualTo("SecretBuffer"));
}
