using System.Buffers.Binary;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.PingPong;

/// <summary>
/// Verification between a Leader and a Helper, for batches of reports: VDAF §5.7.1 (ping-pong-topo).
/// Instances are immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// <code>
/// enum { initialize(0), continue(1), finish(2), (255) } MessageType;
/// struct {
///   MessageType type;
///   select (Message.type) {
///     case initialize: opaque verifier_share&lt;0..2^32-1&gt;;
///     case finish:     opaque verifier_message&lt;0..2^32-1&gt;;
///   };
/// } Message;
/// </code>
/// Prio3 has one round, so it never continues. A report that is rejected leaves zeros in its part of every
/// output and does not touch the parts of the others.
/// </remarks>
public sealed class PingPongTopology
{
    private const byte Initialize = 0;
    private const byte Finish = 2;
    private const int HeaderLength = 1 + sizeof(uint);

    // How many reports the Helper holds in memory between its two halves.
    private const int GroupLength = 16;

    private readonly Prio3 _vdaf;

    /// <summary>Runs a VDAF of two shares.</summary>
    /// <exception cref="ArgumentException">The VDAF has more than two shares.</exception>
    public PingPongTopology(Prio3 vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        if (vdaf.Shares != 2)
        {
            throw new ArgumentException($"the ping-pong topology takes a VDAF of 2 shares, not {vdaf.Shares}", nameof(vdaf));
        }

        _vdaf = vdaf;
    }

    /// <summary>The length of the Leader's state between its two steps, in bytes.</summary>
    public int LeaderStateLength => _vdaf.VerifyStateLength;

    /// <summary>The length of an encoded initialize message, in bytes.</summary>
    public int InitializeMessageLength => HeaderLength + _vdaf.VerifierShareLength;

    /// <summary>The length of an encoded finish message, in bytes.</summary>
    public int FinishMessageLength => HeaderLength + _vdaf.VerifierMessageLength;

    /// <summary>The Leader begins: VDAF §5.7.1 (ping-pong-topo).</summary>
    /// <param name="verifyKey">The verification key.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The encoded aggregation parameter.</param>
    /// <param name="reports">The reports with the Leader's input shares.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Continued"/> or why it was rejected.</param>
    /// <param name="states">Receives <see cref="LeaderStateLength"/> bytes per report: a secret.</param>
    /// <param name="messages">Receives <see cref="InitializeMessageLength"/> bytes per report, for the Helper.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length.</exception>
    public void LeaderInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> messages)
    {
        _vdaf.CheckVerifyInit(verifyKey, ctx, aggregatorId: 0, aggParam, reports, outcomes);
        Prio3.CheckLength(states.Length, (long)reports.Length * LeaderStateLength, nameof(states));
        Prio3.CheckLength(messages.Length, (long)reports.Length * InitializeMessageLength, nameof(messages));
        _vdaf.VerifyInitCore(
            verifyKey,
            ctx,
            aggregatorId: 0,
            reports,
            outcomes,
            new Slots(states, LeaderStateLength),
            new Slots(messages, InitializeMessageLength, HeaderLength, _vdaf.VerifierShareLength));
        for (int i = 0; i < reports.Length; i++)
        {
            WriteHeader(
                messages.Slice(i * InitializeMessageLength, HeaderLength),
                outcomes[i] == VerifyOutcome.Continued,
                Initialize,
                _vdaf.VerifierShareLength);
        }
    }

    /// <summary>The Helper answers the Leader's first message, and is finished: VDAF §5.7.1 (ping-pong-topo).</summary>
    /// <param name="verifyKey">The verification key.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The encoded aggregation parameter.</param>
    /// <param name="reports">The reports with the Helper's input shares.</param>
    /// <param name="inboundMessages">The Leader's messages, one per report.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Finished"/> or why it was rejected.</param>
    /// <param name="messages">Receives <see cref="FinishMessageLength"/> bytes per report, for the Leader.</param>
    /// <param name="outShares">Receives <see cref="Prio3.OutShareLength"/> bytes per report: a secret.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length.</exception>
    public void HelperInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<ReadOnlyMemory<byte>> inboundMessages,
        Span<VerifyOutcome> outcomes,
        Span<byte> messages,
        Span<byte> outShares)
    {
        _vdaf.CheckVerifyInit(verifyKey, ctx, aggregatorId: 1, aggParam, reports, outcomes);
        Prio3.CheckLength(inboundMessages.Length, reports.Length, nameof(inboundMessages));
        Prio3.CheckLength(messages.Length, (long)reports.Length * FinishMessageLength, nameof(messages));
        Prio3.CheckLength(outShares.Length, (long)reports.Length * _vdaf.OutShareLength, nameof(outShares));
        int group = Math.Min(GroupLength, reports.Length);
        int shareLength = _vdaf.VerifierShareLength;
        using Scratch<byte> scratch = new(group * (LeaderStateLength + (2 * shareLength)));
        Span<byte> states = scratch.Take(group * LeaderStateLength);
        Span<byte> sharePairs = scratch.Take(group * 2 * shareLength);
        for (int start = 0; start < reports.Length; start += group)
        {
            int count = Math.Min(group, reports.Length - start);
            _vdaf.VerifyInitCore(
                verifyKey,
                ctx,
                aggregatorId: 1,
                reports.Slice(start, count),
                outcomes.Slice(start, count),
                new Slots(states, LeaderStateLength),
                new Slots(sharePairs, 2 * shareLength, shareLength, shareLength));
            for (int i = 0; i < count; i++)
            {
                int report = start + i;
                outcomes[report] = HelperFinish(
                    ctx,
                    outcomes[report],
                    inboundMessages[report].Span,
                    states.Slice(i * LeaderStateLength, LeaderStateLength),
                    sharePairs.Slice(i * 2 * shareLength, 2 * shareLength),
                    messages.Slice(report * FinishMessageLength, FinishMessageLength),
                    outShares.Slice(report * _vdaf.OutShareLength, _vdaf.OutShareLength));
            }
        }
    }

    /// <summary>The Leader takes the Helper's answer, and is finished: VDAF §5.7.1 (ping-pong-topo).</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="states">The states that <see cref="LeaderInit"/> wrote.</param>
    /// <param name="inboundMessages">The Helper's messages, one per report.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Finished"/> or why it was rejected.</param>
    /// <param name="outShares">Receives <see cref="Prio3.OutShareLength"/> bytes per report: a secret.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public void LeaderContinue(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> states,
        ReadOnlySpan<ReadOnlyMemory<byte>> inboundMessages,
        Span<VerifyOutcome> outcomes,
        Span<byte> outShares)
    {
        Prio3.CheckContext(ctx);
        Prio3.CheckLength(states.Length, (long)inboundMessages.Length * LeaderStateLength, nameof(states));
        Prio3.CheckLength(outcomes.Length, inboundMessages.Length, nameof(outcomes));
        Prio3.CheckLength(outShares.Length, (long)inboundMessages.Length * _vdaf.OutShareLength, nameof(outShares));
        for (int i = 0; i < inboundMessages.Length; i++)
        {
            Span<byte> outShare = outShares.Slice(i * _vdaf.OutShareLength, _vdaf.OutShareLength);
            if (TryReadMessage(inboundMessages[i].Span, Finish, out ReadOnlySpan<byte> verifierMessage))
            {
                ReadOnlySpan<byte> state = states.Slice(i * LeaderStateLength, LeaderStateLength);
                outcomes[i] = _vdaf.VerifyNext(ctx, state, verifierMessage, outShare);
            }
            else
            {
                outShare.Clear();
                outcomes[i] = VerifyOutcome.MalformedMessage;
            }
        }
    }

    private static void WriteHeader(Span<byte> header, bool accepted, byte type, int length)
    {
        header[0] = accepted ? type : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], accepted ? (uint)length : 0);
    }

    private static bool TryReadMessage(ReadOnlySpan<byte> message, byte type, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (message.Length < HeaderLength
            || message[0] != type
            || BinaryPrimitives.ReadUInt32BigEndian(message[1..]) != (uint)(message.Length - HeaderLength))
        {
            return false;
        }

        content = message[HeaderLength..];
        return true;
    }

    private VerifyOutcome HelperFinish(
        ReadOnlySpan<byte> ctx,
        VerifyOutcome outcome,
        ReadOnlySpan<byte> inbound,
        ReadOnlySpan<byte> state,
        Span<byte> verifierShares,
        Span<byte> message,
        Span<byte> outShare)
    {
        message.Clear();
        outShare.Clear();
        if (outcome != VerifyOutcome.Continued)
        {
            return outcome;
        }

        if (!TryReadMessage(inbound, Initialize, out ReadOnlySpan<byte> leaderShare)
            || leaderShare.Length != _vdaf.VerifierShareLength)
        {
            return VerifyOutcome.MalformedMessage;
        }

        leaderShare.CopyTo(verifierShares);
        Span<byte> verifierMessage = message[HeaderLength..];
        outcome = _vdaf.VerifierSharesToMessageCore(ctx, verifierShares, verifierMessage);
        if (outcome == VerifyOutcome.Continued)
        {
            outcome = _vdaf.VerifyNext(ctx, state, verifierMessage, outShare);
        }

        if (outcome == VerifyOutcome.Finished)
        {
            WriteHeader(message, accepted: true, Finish, _vdaf.VerifierMessageLength);
        }
        else
        {
            message.Clear();
        }

        return outcome;
    }
}
