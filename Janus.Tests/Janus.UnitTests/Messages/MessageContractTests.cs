using System.Buffers;
using Janus.Codec;
using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class MessageContractTests
{
    [Test]
    public void Every_message_has_a_case()
    {
        IEnumerable<Type> messages = typeof(Report).Assembly.GetExportedTypes()
            .Where(type => !type.IsInterface && type.GetInterfaces()
                .Any(parent => parent.IsGenericType && parent.GetGenericTypeDefinition() == typeof(IWireMessage<>)));

        Assert.That(MessageCases.All.Select(wireCase => wireCase.Type).Distinct(), Is.EquivalentTo(messages));
    }

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void Encoding_is_the_hand_cut_one(WireCase wireCase) =>
        Assert.That(Convert.ToHexString(wireCase.Encode()), Is.EqualTo(Convert.ToHexString(wireCase.Encoding)));

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void Decoding_gives_the_message_back(WireCase wireCase) =>
        Assert.That(wireCase.DecodesToTheMessage(), Is.True);

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void Every_truncation_is_refused(WireCase wireCase)
    {
        int complete = 0;
        for (int length = 0; length < wireCase.Encoding.Length; length++)
        {
            byte[] prefix = wireCase.Encoding[..length];
            try
            {
                Assert.That(wireCase.Reencode(prefix), Is.EqualTo(prefix));
                complete++;
            }
            catch (DecodeException)
            {
            }
        }

        Assert.That(complete, Is.EqualTo(wireCase.CompletePrefixes));
    }

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void A_trailing_byte_is_refused(WireCase wireCase) =>
        Assert.That(() => wireCase.Reencode([.. wireCase.Encoding, 0]), Throws.TypeOf<DecodeException>());

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void A_changed_byte_is_refused_or_kept(WireCase wireCase)
    {
        for (int i = 0; i < wireCase.Encoding.Length; i++)
        {
            foreach (byte value in new byte[] { 0, 1, 0x7f, 0x80, 0xff })
            {
                byte[] changed = [.. wireCase.Encoding];
                changed[i] = value;
                try
                {
                    Assert.That(wireCase.Reencode(changed), Is.EqualTo(changed), $"byte {i} = {value}");
                }
                catch (DecodeException)
                {
                }
            }
        }
    }

    [TestCaseSource(typeof(MessageCases), nameof(MessageCases.All))]
    public void The_ruler_measures_an_element_and_never_asks_for_more_than_it_needs(WireCase wireCase)
    {
        byte[] followed = [.. wireCase.Encoding, 1, 2, 3];
        if (wireCase.Measure(new ReadOnlySequence<byte>(followed)) is not { } whole)
        {
            Assert.Pass("not an element of a stream");
            return;
        }

        Assert.That(whole, Is.EqualTo((true, (long)wireCase.Encoding.Length)));
        for (int length = 0; length < wireCase.Encoding.Length; length++)
        {
            (bool isComplete, long needed) = wireCase.Measure(new ReadOnlySequence<byte>(followed, 0, length))!.Value;

            Assert.That(isComplete, Is.False, $"after {length} bytes");
            Assert.That(needed, Is.GreaterThan(length).And.AtMost(wireCase.Encoding.Length), $"after {length} bytes");
        }
    }

    [Test]
    public void Messages_that_differ_in_a_byte_of_a_nested_list_are_not_equal()
    {
        ReportMetadata other = Samples.Metadata with { PublicExtensions = [new ReportExtension((ReportExtensionType)23, Samples.Bytes(0xab))] };

        Assert.That(other, Is.Not.EqualTo(Samples.Metadata));
        Assert.That(Samples.Report with { ReportMetadata = other }, Is.Not.EqualTo(Samples.Report));
    }

    [Test]
    public void A_plaintext_input_share_does_not_print_itself()
    {
        PlaintextInputShare share = new([], Samples.Bytes(1, 2, 3));

        Assert.That(share.ToString(), Is.EqualTo("PlaintextInputShare"));
    }
}
