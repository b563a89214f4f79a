using System.Buffers;
using Janus.Codec;

namespace Janus.UnitTests.Codec;

[TestFixture]
public sealed class PooledBufferWriterTests
{
    [Test]
    public void What_is_written_in_any_pieces_is_there_in_order()
    {
        using PooledBufferWriter buffer = new();
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i % 251))];

        foreach (byte[] piece in bytes.Chunk(37))
        {
            buffer.Write(piece);
        }

        Assert.That(buffer.WrittenSpan.ToArray(), Is.EqualTo(bytes));
    }

    [Test]
    public void Room_asked_for_is_given()
    {
        using PooledBufferWriter buffer = new();
        buffer.Write(new byte[200]);

        Assert.That(buffer.GetSpan(100_000).Length, Is.AtLeast(100_000));
        Assert.That(buffer.GetMemory().Length, Is.Positive);
        Assert.That(buffer.WrittenCount, Is.EqualTo(200));
    }

    [Test]
    public void More_cannot_be_written_than_there_is_room() =>
        Assert.That(
            () =>
            {
                using PooledBufferWriter buffer = new();
                buffer.Advance(int.MaxValue);
            },
            Throws.TypeOf<ArgumentOutOfRangeException>());
}
