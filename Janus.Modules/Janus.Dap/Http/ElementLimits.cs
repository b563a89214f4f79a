using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.Dap;

/// <summary>
/// How long one element of a streamed body can be for a VDAF, in bytes: what a server gives
/// <see cref="Codec.WireStreamReader"/> as the limit. Extensions may take all the room their length prefix allows.
/// </summary>
public static class ElementLimits
{
    // Longer than the encapsulated key of every KEM there is, so that only nonsense is refused by its length.
    private const int MaximumEnc = 4096;
    private const int MaximumTag = 64;
    private const int Extensions = sizeof(ushort) + ushort.MaxValue;

    /// <summary>The longest <see cref="Report"/>.</summary>
    public static int Report(IVdaf vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        return checked(PublicPart(vdaf) + Ciphertext(vdaf.InputShareLength(0)) + Ciphertext(vdaf.InputShareLength(1)));
    }

    /// <summary>The longest <see cref="VerifyInit"/>.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid.</exception>
    public static int VerifyInit(IVdaf vdaf, ReadOnlySpan<byte> aggParam)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        int payload = sizeof(uint) + new PingPongTopology(vdaf).MessageLength(aggParam, 0);
        return checked(PublicPart(vdaf) + Ciphertext(vdaf.InputShareLength(1)) + payload);
    }

    /// <summary>The longest <see cref="VerifyContinue"/> with a message of the ping-pong topology, by the message's number.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such message.</exception>
    public static int VerifyContinue(IVdaf vdaf, ReadOnlySpan<byte> aggParam, int message)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        return checked(ReportId.Length + sizeof(uint) + new PingPongTopology(vdaf).MessageLength(aggParam, message));
    }

    /// <summary>
    /// The longest <see cref="VerifyResp"/> with a message of the ping-pong topology, by the message's number; one more
    /// than there are stands for the answer to the last one, which carries none.
    /// </summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such message.</exception>
    public static int VerifyResp(IVdaf vdaf, ReadOnlySpan<byte> aggParam, int message)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        int payload = message == vdaf.Rounds + 1 ? 1 : sizeof(uint) + new PingPongTopology(vdaf).MessageLength(aggParam, message);
        return checked(ReportId.Length + 1 + payload);
    }

    private static int PublicPart(IVdaf vdaf) =>
        checked(ReportId.Length + sizeof(ulong) + Extensions + sizeof(uint) + vdaf.PublicShareLength);

    private static int Ciphertext(int inputShareLength) =>
        checked(1 + sizeof(ushort) + MaximumEnc + sizeof(uint) + Extensions + sizeof(uint) + inputShareLength + MaximumTag);
}
