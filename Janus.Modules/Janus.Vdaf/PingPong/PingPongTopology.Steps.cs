
namespace Janus.Vdaf.PingPong;

/// <content>The steps, for groups of reports.</content>
public sealed partial class PingPongTopology
{
    private static Span<byte> Part(Span<byte> buffer, int length, int start, int count) =>
        buffer.Slice(start * length, count * length);

    private static void Write(
        PingPongMessage form,
        ReadOnlySpan<VerifyOutcome> outcomes,
        ReadOnlySpan<byte> verifierMessages,
        ReadOnlySpan<byte> verifierShares,
        Span<byte> messages)
    {
        for (int i = 0; i < outcomes.Length; i++)
        {
            Span<byte> message = Part(messages, form.Length, i, 1);
            if (outcomes[i] is VerifyOutcome.Continued or VerifyOutcome.Finished)
            {
                form.Write(
                    verifierMessages.Slice(i * form.VerifierMessageLength, form.VerifierMessageLength),
                    verifierShares.Slice(i * form.VerifierShareLength, form.VerifierShareLength),
                    message);
            }
            else
            {
                message.Clear();
            }
        }
    }

    // The peer's verifier shares go into their places in the pairs; what is malformed is rejected.
    private static void Read(
        PingPongMessage form,
        int sender,
        ReadOnlySpan<ReadOnlyMemory<byte>> inbound,
        Span<VerifyOutcome> outcomes,
        Span<byte> verifierMessages,
        Span<byte> pairs)
    {
        for (int i = 0; i < inbound.Length; i++)
        {
            if (outcomes[i] != VerifyOutcome.Continued)
            {
                continue;
            }

            if (form.TryRead(inbound[i].Span, out ReadOnlySpan<byte> verifierMessage, out ReadOnlySpan<byte> verifierShare))
            {
                verifierMessage.CopyTo(verifierMessages[(i * form.VerifierMessageLength)..]);
                verifierShare.CopyTo(pairs[(((2 * i) + sender) * form.VerifierShareLength)..]);
            }
            else
            {
                outcomes[i] = VerifyOutcome.MalformedMessage;
            }
        }
    }

    private static void Pair(ReadOnlySpan<byte> own, int length, int ownId, Span<byte> pairs)
    {
        for (int i = 0; i * length < own.Length; i++)
        {
            own.Slice(i * length, length).CopyTo(pairs[(((2 * i) + ownId) * length)..]);
        }
    }

    private void HelperInitGroup(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<ReadOnlyMemory<byte>> inbound,
        Span<VerifyOutcome> outcomes,
        Span<byte> nextStates,
        Span<byte> messages,
        Span<byte> outShares)
    {
        PingPongMessage form = PingPongMessage.Of(_vdaf, aggParam, 0);
        int statesLength = reports.Length * _vdaf.VerifyStateLength(aggParam, 0);
        int sharesLength = reports.Length * form.VerifierShareLength;
        using Scratch scratch = new(WorkingMemory.LengthOf(statesLength, sharesLength, 2 * sharesLength));
        WorkingMemory memory = scratch.Memory;
        Span<byte> states = memory.TakeZeroed<byte>(statesLength);
        Span<byte> shares = memory.TakeZeroed<byte>(sharesLength);
        Span<byte> pairs = memory.TakeZeroed<byte>(2 * sharesLength);
        _vdaf.VerifyInit(verifyKey, ctx, HelperId, aggParam, reports, outcomes, states, shares);
        _vdaf.CheckPublicShares(HelperId, aggParam, reports, shares, outcomes);
        Read(form, LeaderId, inbound, outcomes, [], pairs);
        Pair(shares, form.VerifierShareLength, HelperId, pairs);
        Answer(ctx, aggParam, 0, states, pairs, outcomes, nextStates, messages, outShares);
    }

    private void ContinueGroup(
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
        PingPongMessage form = PingPongMessage.Of(_vdaf, aggParam, inboundMessage);
        int verifierMessagesLength = inbound.Length * form.VerifierMessageLength;
        int betweenLength = inbound.Length * StateLength(aggParam, inboundMessage);
        int sharesLength = inbound.Length * form.VerifierShareLength;
        using Scratch scratch = new(WorkingMemory.LengthOf(verifierMessagesLength, betweenLength, sharesLength, 2 * sharesLength));
        WorkingMemory memory = scratch.Memory;
        Span<byte> verifierMessages = memory.TakeZeroed<byte>(verifierMessagesLength);
        Span<byte> between = memory.TakeZeroed<byte>(betweenLength);
        Span<byte> shares = memory.TakeZeroed<byte>(sharesLength);
        Span<byte> pairs = memory.TakeZeroed<byte>(2 * sharesLength);
        int sender = inboundMessage % 2;
        outcomes.Fill(VerifyOutcome.Continued);
        Read(form, sender, inbound, outcomes, verifierMessages, pairs);
        bool last = inboundMessage == Rounds;
        _vdaf.VerifyNext(
            ctx, aggParam, inboundMessage - 1, states, verifierMessages, outcomes, between, shares, last ? outShares : []);
        if (!last)
        {
            Pair(shares, form.VerifierShareLength, 1 - sender, pairs);
            Answer(ctx, aggParam, inboundMessage, between, pairs, outcomes, nextStates, messages, outShares);
        }
    }

    // Ends a round with the verifier shares of both, and tells the peer.
    private void Answer(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int round,
        ReadOnlySpan<byte> states,
        ReadOnlySpan<byte> pairs,
        Span<VerifyOutcome> outcomes,
        Span<byte> nextStates,
        Span<byte> messages,
        Span<byte> outShares)
    {
        PingPongMessage form = PingPongMessage.Of(_vdaf, aggParam, round + 1);
        using Scratch scratch = new(WorkingMemory.LengthOf(outcomes.Length * form.VerifierMessageLength, outcomes.Length * form.VerifierShareLength));
        WorkingMemory memory = scratch.Memory;
        Span<byte> verifierMessages = memory.TakeZeroed<byte>(outcomes.Length * form.VerifierMessageLength);
        Span<byte> nextShares = memory.TakeZeroed<byte>(outcomes.Length * form.VerifierShareLength);
        _vdaf.VerifierSharesToMessage(ctx, aggParam, round, pairs, outcomes, verifierMessages);
        _vdaf.VerifyNext(ctx, aggParam, round, states, verifierMessages, outcomes, nextStates, nextShares, outShares);
        Write(form, outcomes, verifierMessages, nextShares, messages);
    }

    private StepLengths CheckStep(
        ReadOnlySpan<byte> aggParam,
        int inboundMessage,
        int count,
        ReadOnlySpan<VerifyOutcome> outcomes,
        ReadOnlySpan<byte> nextStates,
        ReadOnlySpan<byte> messages,
        ReadOnlySpan<byte> outShares)
    {
        bool last = inboundMessage == Rounds;
        StepLengths lengths = new(
            last ? 0 : StateLength(aggParam, inboundMessage + 1),
            last ? 0 : MessageLength(aggParam, inboundMessage + 1),
            IsFinishedBy(inboundMessage) ? _vdaf.OutShareLength(aggParam) : 0);
        Arguments.CheckLength(outcomes.Length, count, nameof(outcomes));
        Arguments.CheckLength(nextStates.Length, (long)count * lengths.State, nameof(nextStates));
        Arguments.CheckLength(messages.Length, (long)count * lengths.Message, nameof(messages));
        Arguments.CheckLength(outShares.Length, (long)count * lengths.OutShare, nameof(outShares));
        return lengths;
    }

    private void CheckMessage(int message, int first)
    {
        if (message < first || message > Rounds)
        {
            throw new ArgumentOutOfRangeException(
                nameof(message), $"message {message} does not exist: there are {first} to {Rounds}");
        }
    }

    // What a step writes per report, in bytes.
    private readonly record struct StepLengths(int State, int Message, int OutShare);
}
