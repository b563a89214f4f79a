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
    public static int Report(Prio3 vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        return checked(PublicPart(vdaf) + Ciphertext(vdaf.InputShareLength(0)) + Ciphertext(vdaf.InputShareLength(1)));
    }

    /// <summary>The longest <see cref="VerifyInit"/>.</summary>
    public static int VerifyInit(Prio3 vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        int payload = sizeof(uint) + new PingPongTopology(vdaf).InitializeMessageLength;
        return checked(PublicPart(vdaf) + Ciphertext(vdaf.InputShareLength(1)) + payload);
    }

    /// <summary>The longest <see cref="VerifyResp"/>.</summary>
    public static int VerifyResp(Prio3 vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        return checked(ReportId.Length + 1 + sizeof(uint) + new PingPongTopology(vdaf).FinishMessageLength);
    }

    private static int PublicPart(Prio3 vdaf) =>
        checked(ReportId.Length + sizeof(ulong) + Extensions + sizeof(uint) + vdaf.PublicShareLength);

    private static int Ciphertext(int inputShareLength) =>
        checked(1 + sizeof(ushort) + MaximumEnc + sizeof(uint) + Extensions + sizeof(uint) + inputShareLength + MaximumTag);
}
