
namespace Janus.Vdaf.PingPong;

/// <summary>
/// Verification between a Leader and a Helper, for batches of reports: VDAF §5.7.1 (ping-pong-topo).
/// Instances are immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// The messages of a report are numbered: 0 is the Leader's first one, odd ones are the Helper's, and the last one has
/// the number <see cref="Rounds"/>. Message n tells the verifier message of round n − 1 and its sender's verifier share
/// of round n, the first and the last one only the half that exists. Whoever sends the last message is finished with it;
/// whoever sends another one keeps a state until the answer comes.
/// </para>
/// <para>
/// A report that is rejected leaves zeros in its part of every output and does not touch the parts of the others.
/// </para>
/// </remarks>
public sealed partial class PingPongTopology
{
    private const int LeaderId = 0;
    private const int HelperId = 1;

    // How many reports are held in memory between the halves of a step.
    private const int GroupLength = 16;

    private readonly IVdaf _vdaf;

    /// <summary>Runs a VDAF of two shares.</summary>
    /// <exception cref="ArgumentException">The VDAF has more than two shares.</exception>
    public PingPongTopology(IVdaf vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        if (vdaf.Shares != 2)
        {
            throw new ArgumentException($"the ping-pong topology takes a VDAF of 2 shares, not {vdaf.Shares}", nameof(vdaf));
        }

        _vdaf = vdaf;
    }

    /// <summary>The number of rounds of verification, which is the number of the last message.</summary>
    public int Rounds => _vdaf.Rounds;

    /// <summary>Whether the Aggregator that takes this message is finished, and has an out share.</summary>
    public bool IsFinishedBy(int message) => message >= Rounds - 1;

    /// <summary>The length of a message, in bytes.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such message.</exception>
    public int MessageLength(ReadOnlySpan<byte> aggParam, int message)
    {
        CheckMessage(message, 0);
        return PingPongMessage.Of(_vdaf, aggParam, message).Length;
    }

    /// <summary>The length of the state that the sender of a message keeps, in bytes: zero for the last message.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such message.</exception>
    public int StateLength(ReadOnlySpan<byte> aggParam, int message)
    {
        CheckMessage(message, 0);
        return message == Rounds ? 0 : _vdaf.VerifyStateLength(aggParam, message);
    }

    /// <summary>The Leader begins, with message 0.</summary>
    /// <param name="verifyKey">The verification key.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="reports">The reports with the Leader's input shares.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Continued"/> or why it was rejected.</param>
    /// <param name="states">Receives, per report, the state to keep: a secret.</param>
    /// <param name="messages">Receives, per report, the message for the Helper.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length, or the aggregation parameter is not valid.</exception>
    public void LeaderInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> messages)
    {
        PingPongMessage form = PingPongMessage.Of(_vdaf, aggParam, 0);
        int stateLength = StateLength(aggParam, 0);
        Arguments.CheckLength(outcomes.Length, reports.Length, nameof(outcomes));
        Arguments.CheckLength(states.Length, (long)reports.Length * stateLength, nameof(states));
        Arguments.CheckLength(messages.Length, (long)reports.Length * form.Length, nameof(messages));
        int sharesLength = Math.Min(GroupLength, reports.Length) * form.VerifierShareLength;
        using Scratch scratch = new(WorkingMemory.LengthOf(sharesLength));
        Span<byte> shares = scratch.Memory.TakeZeroed<byte>(sharesLength);
        for (int start = 0; start < reports.Length; start += GroupLength)
        {
            int count = Math.Min(GroupLength, reports.Length - start);
            Span<VerifyOutcome> groupOutcomes = outcomes.Slice(start, count);
            Span<byte> groupShares = shares[..(count * form.VerifierShareLength)];
            _vdaf.VerifyInit(
                verifyKey,
                ctx,
                LeaderId,
                aggParam,
                reports.Slice(start, count),
                groupOutcomes,
                Part(states, stateLength, start, count),
                groupShares);
            Write(form, groupOutcomes, [], groupShares, Part(messages, form.Length, start, count));
        }
    }

    /// <summary>
    /// The Helper takes message 0 and sends message 1. If the VDAF has one round it is finished with that, otherwise it
    /// keeps a state.
    /// </summary>
    /// <remarks>
    /// A report whose public share belies the Helper's input share is rejected, since the Leader will reject it after the
    /// Helper has committed to it: see <see cref="IVdaf.CheckPublicShares"/>.
    /// </remarks>
    /// <param name="verifyKey">The verification key.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="reports">The reports with the Helper's input shares.</param>
    /// <param name="inbound">The Leader's messages, one per report.</param>
    /// <param name="outcomes">
    /// Receives, per report, <see cref="VerifyOutcome.Continued"/>, <see cref="VerifyOutcome.Finished"/> or why it was rejected.
    /// </param>
    /// <param name="states">Receives, per report, the state to keep, a secret; empty if message 1 is the last one.</param>
    /// <param name="messages">Receives, per report, the message for the Leader.</param>
    /// <param name="outShares">Receives, per report, the out share, a secret; empty unless message 1 is the last one.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length, or the aggregation parameter is not valid.</exception>
    public void HelperInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<ReadOnlyMemory<byte>> inbound,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> messages,
        Span<byte> outShares)
    {
        Arguments.CheckLength(inbound.Length, reports.Length, nameof(inbound));
        StepLengths lengths = CheckStep(aggParam, 0, inbound.Length, outcomes, states, messages, outShares);
        for (int start = 0; start < reports.Length; start += GroupLength)
        {
            int count = Math.Min(GroupLength, reports.Length - start);
            HelperInitGroup(
                verifyKey,
                ctx,
                aggParam,
                reports.Slice(start, count),
                inbound.Slice(start, count),
                outcomes.Slice(start, count),
                Part(states, lengths.State, start, count),
                Part(messages, lengths.Message, start, count),
                Part(outShares, lengths.OutShare, start, count));
        }
    }

    /// <summary>
    /// Takes a message of the peer and answers with the next one. The role follows from the message: odd ones are taken
    /// by the Leader.
    /// </summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="inboundMessage">The number of the peer's message, 1 to <see cref="Rounds"/>.</param>
    /// <param name="states">Per report, the state kept with the message before that one. Only reports that continued belong here.</param>
    /// <param name="inbound">The peer's messages, one per report.</param>
    /// <param name="outcomes">
    /// Receives, per report, <see cref="VerifyOutcome.Continued"/>, <see cref="VerifyOutcome.Finished"/> or why it was rejected.
    /// </param>
    /// <param name="nextStates">Receives, per report, the state to keep, a secret; empty if nothing comes back.</param>
    /// <param name="messages">Receives, per report, the next message; empty if the peer's was the last one.</param>
    /// <param name="outShares">
    /// Receives, per report, the out share, a secret; empty unless the message <see cref="IsFinishedBy">finishes</see> this Aggregator.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A buffer has the wrong length, the aggregation parameter is not valid, or there is no such message.
    /// </exception>
    public void Continue(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int inboundMessage,
        ReadOnlySpan<byte> states,
        ReadOnlySpan<ReadOnlyMemory<byte>> inbound,
        Span<VerifyOutcome> outcomes,
        Span<byte> nextStates,
        Span<byte> messages,
        Span<byte> outShares)
    {
        CheckMessage(inboundMessage, 1);
        int stateLength = StateLength(aggParam, inboundMessage - 1);
        Arguments.CheckLength(states.Length, (long)inbound.Length * stateLength, nameof(states));
        StepLengths lengths = CheckStep(aggParam, inboundMessage, inbound.Length, outcomes, nextStates, messages, outShares);
        for (int start = 0; start < inbound.Length; start += GroupLength)
        {
            int count = Math.Min(GroupLength, inbound.Length - start);
            ContinueGroup(
                ctx,
                aggParam,
                inboundMessage,
                states.Slice(start * stateLength, count * stateLength),
                inbound.Slice(start, count),
                outcomes.Slice(start, count),
                Part(nextStates, lengths.State, start, count),
                Part(messages, lengths.Message, start, count),
                Part(outShares, lengths.OutShare, start, count));
        }
    }
}
