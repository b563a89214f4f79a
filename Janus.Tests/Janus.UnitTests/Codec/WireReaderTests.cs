using Janus.Codec;

namespace Janus.UnitTests.Codec;

[TestFixture]
public sealed class WireReaderTests
{
    [Test]
    public void Integers_are_big_endian()
    {
        WireReader reader = new(Convert.FromHexString("0102030405060708090a0b0c0d0e0f"));

        Assert.That(reader.ReadUInt8("a"), Is.EqualTo(0x01));
        Assert.That(reader.ReadUInt16("b"), Is.EqualTo(0x0203));
        Assert.That(reader.ReadUInt32("c"), Is.EqualTo(0x04050607));
        Assert.That(reader.ReadUInt64("d"), Is.EqualTo(0x08090a0b0c0d0e0f));
        Assert.That(reader.Remaining, Is.Zero);
    }

    [Test]
    public void Byte_strings_follow_their_length()
    {
        WireReader reader = new(Convert.FromHexString("01aa" + "0002bbcc" + "00000001dd" + "ee"));

        Assert.That(reader.ReadOpaque8("a").ToArray(), Is.EqualTo(new byte[] { 0xaa }));
        Assert.That(reader.ReadOpaque16("b").ToArray(), Is.EqualTo(new byte[] { 0xbb, 0xcc }));
        Assert.That(reader.ReadOpaque32("c").ToArray(), Is.EqualTo(new byte[] { 0xdd }));
        Assert.That(reader.ReadRest().ToArray(), Is.EqualTo(new byte[] { 0xee }));
    }

    [Test]
    public void A_length_beyond_the_buffer_is_refused() =>
        Assert.That(
            () => new WireReader(Convert.FromHexString("ffffffff00")).ReadOpaque32("payload"),
            Throws.TypeOf<DecodeException>().With.Message.EqualTo("cannot decode payload at offset 4: 4294967295 bytes announced, 1 left"));

    [Test]
    public void Errors_tell_the_offset_in_the_whole_message()
    {
        static void Read()
        {
            WireReader reader = new([0, 3, 1, 2, 3], origin: 100);
            WireReader inner = reader.ReadVector16("vector");
            inner.ReadUInt16("first");
            inner.ReadUInt16("second");
        }

        Assert.That(Read, Throws.TypeOf<DecodeException>()
            .With.Property(nameof(DecodeException.Offset)).EqualTo(104)
            .And.Property(nameof(DecodeException.Field)).EqualTo("second"));
    }

    [Test]
    public void What_has_been_read_can_be_kept()
    {
        WireReader reader = new([1, 2, 3, 4]);
        reader.ReadUInt8("a");
        int start = reader.Position;
        reader.ReadUInt16("b");

        Assert.That(reader.ReadSince(start).ToArray(), Is.EqualTo(new byte[] { 2, 3 }));
    }

    [Test]
    public void Bytes_left_over_are_refused() =>
        Assert.That(() => new WireReader([1]).ExpectEnd("message"), Throws.TypeOf<DecodeException>());
}
