using System.Security.Cryptography;
using Janus.Vdaf;

namespace Janus.Testing;

/// <content>Verification.</content>
public sealed partial class MultiRoundVdaf
{
    // A state: transcript, seed, aggregator, flaw; then the digests of the rounds to come, and the out share.
    private const int IdOffset = 2 * Seed;
    private const int StateHeader = IdOffset + 1 + FlawLength;

    /// <inheritdoc/>
    public void VerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares)
    {
        int stateLength = VerifyStateLength(aggParam, 0), shareLength = VerifierShareLength(aggParam, 0);
        Check(verifyKey.Length, VerifyKeySize, nameof(verifyKey));
        Check(outcomes.Length, reports.Length, nameof(outcomes));
        Check(states.Length, reports.Length * stateLength, nameof(states));
        Check(verifierShares.Length, reports.Length * shareLength, nameof(verifierShares));
        states.Clear();
        verifierShares.Clear();
        for (int i = 0; i < reports.Length; i++)
        {
            VerifyInput report = reports[i];
            Check(report.Nonce.Length, NonceSize, nameof(report.Nonce));
            ReadOnlySpan<byte> inputShare = report.InputShare.Span;
            if (report.PublicShare.Length != PublicShareLength)
            {
                outcomes[i] = VerifyOutcome.MalformedPublicShare;
            }
            else if (inputShare.Length != InputShareLength(aggregatorId)
                || !TryReadValue(aggregatorId, inputShare[FlawLength..], out ulong value)
                || !IsAcceptable((MultiRoundFlaw)inputShare[0], inputShare[1]))
            {
                outcomes[i] = VerifyOutcome.MalformedInputShare;
            }
            else
            {
                Span<byte> state = states.Slice(i * stateLength, stateLength);
                Transcript(verifyKey, ctx, aggParam, report.Nonce.Span, report.PublicShare.Span).CopyTo(state);
                inputShare.Slice(FlawLength, Seed).CopyTo(state[Seed..]);
                state[IdOffset] = (byte)aggregatorId;
                inputShare[..FlawLength].CopyTo(state[(IdOffset + 1)..]);
                report.PublicShare.Span.CopyTo(state[StateHeader..]);
                WriteOutShare(aggParam, value, state[(StateHeader + PublicShareLength)..]);
                WriteVerifierShare(ctx, aggParam, 0, state, verifierShares.Slice(i * shareLength, shareLength));
                outcomes[i] = VerifyOutcome.Continued;
            }
        }
    }

    /// <summary>Rejects nothing: the public share says nothing of one side alone.</summary>
    /// <inheritdoc/>
    public void CheckPublicShares(
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<byte> verifierShares,
        Span<VerifyOutcome> outcomes)
    {
        Check(outcomes.Length, reports.Length, nameof(outcomes));
        Check(verifierShares.Length, reports.Length * VerifierShareLength(aggParam, 0), nameof(verifierShares));
    }

    /// <inheritdoc/>
    public void VerifierSharesToMessage(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int round,
        ReadOnlySpan<byte> verifierShares,
        Span<VerifyOutcome> outcomes,
        Span<byte> verifierMessages)
    {
        int shareLength = VerifierShareLength(aggParam, round), messageLength = VerifierMessageLength(aggParam, round);
        Check(verifierShares.Length, 2 * outcomes.Length * shareLength, nameof(verifierShares));
        Check(verifierMessages.Length, outcomes.Length * messageLength, nameof(verifierMessages));
        verifierMessages.Clear();
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] != VerifyOutcome.Continued)
            {
                continue;
            }

            ReadOnlySpan<byte> leader = verifierShares.Slice(2 * i * shareLength, shareLength);
            ReadOnlySpan<byte> helper = verifierShares.Slice(((2 * i) + 1) * shareLength, shareLength);
            if (leader[0] > 1 || helper[0] > 1)
            {
                outcomes[i] = VerifyOutcome.MalformedMessage;
            }
            else if (leader[0] + helper[0] > 0 || !CryptographicOperations.FixedTimeEquals(leader[(1 + Seed)..], helper[(1 + Seed)..]))
            {
                outcomes[i] = VerifyOutcome.ProofRejected;
            }
            else
            {
                Span<byte> message = verifierMessages.Slice(i * messageLength, messageLength);
                RoundDigest(round, leader.Slice(1, Seed), helper.Slice(1, Seed), message[..Seed]);
                leader.Slice(1 + Seed, messageLength - Seed).CopyTo(message[Seed..]);
            }
        }
    }

    /// <inheritdoc/>
    public void VerifyNext(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int round,
        ReadOnlySpan<byte> states,
        ReadOnlySpan<byte> verifierMessages,
        Span<VerifyOutcome> outcomes,
        Span<byte> nextStates,
        Span<byte> nextVerifierShares,
        Span<byte> outShares)
    {
        bool last = round == Rounds - 1;
        int stateLength = VerifyStateLength(aggParam, round), messageLength = VerifierMessageLength(aggParam, round);
        int nextStateLength = last ? 0 : VerifyStateLength(aggParam, round + 1);
        int nextShareLength = last ? 0 : VerifierShareLength(aggParam, round + 1);
        int outShareLength = last ? OutShareLength(aggParam) : 0;
        Check(states.Length, outcomes.Length * stateLength, nameof(states));
        Check(verifierMessages.Length, outcomes.Length * messageLength, nameof(verifierMessages));
        Check(nextStates.Length, outcomes.Length * nextStateLength, nameof(nextStates));
        Check(nextVerifierShares.Length, outcomes.Length * nextShareLength, nameof(nextVerifierShares));
        Check(outShares.Length, outcomes.Length * outShareLength, nameof(outShares));
        nextStates.Clear();
        nextVerifierShares.Clear();
        outShares.Clear();
        for (int i = 0; i < outcomes.Length; i++)
        {
            ReadOnlySpan<byte> state = states.Slice(i * stateLength, stateLength);
            ReadOnlySpan<byte> message = verifierMessages.Slice(i * messageLength, messageLength);
            if (outcomes[i] != VerifyOutcome.Continued)
            {
                continue;
            }

            if (!IsExpected(ctx, aggParam, round, state, message))
            {
                outcomes[i] = VerifyOutcome.ProofRejected;
            }
            else if (last)
            {
                state[^outShareLength..].CopyTo(outShares[(i * outShareLength)..]);
                outcomes[i] = VerifyOutcome.Finished;
            }
            else
            {
                Span<byte> next = nextStates.Slice(i * nextStateLength, nextStateLength);
                SHA256.HashData([.. state[..Seed], .. message], next);
                state[Seed..StateHeader].CopyTo(next[Seed..]);
                state[(StateHeader + Seed)..].CopyTo(next[StateHeader..]);
                WriteVerifierShare(ctx, aggParam, round + 1, next, nextVerifierShares.Slice(i * nextShareLength, nextShareLength));
            }
        }
    }

    private static int TagLength(int multipliers, int round) => Seed + (multipliers * Element) + round;

    // Never longer than the tag, of which it is the beginning.
    private static int ShortTagLength(int multipliers, int round) => (Seed / 2) + (multipliers * Element / 2) + (3 * round);

    private static byte[] Tag(ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> aggParam, int round, ReadOnlySpan<byte> state, int length)
    {
        byte[] tag = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, state[..Seed], tag, [(byte)round, (byte)aggParam.Length, .. aggParam, .. ctx]);
        return tag;
    }

    private static byte[] Transcript(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> publicShare)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(verifyKey);
        hash.AppendData(nonce);
        hash.AppendData(publicShare);
        hash.AppendData([(byte)aggParam.Length, .. aggParam]);
        hash.AppendData(ctx);
        return hash.GetHashAndReset();
    }

    private void WriteVerifierShare(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> aggParam, int round, ReadOnlySpan<byte> state, Span<byte> share)
    {
        share[0] = IsFlawed(state, round, MultiRoundFlaw.VerifierShares) ? (byte)1 : (byte)0;
        RoundValue(state.Slice(Seed, Seed), round).CopyTo(share[1..]);
        Tag(ctx, aggParam, round, state, TagLength(CountOf(aggParam), round)).CopyTo(share[(1 + Seed)..]);
    }

    private bool IsExpected(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> aggParam, int round, ReadOnlySpan<byte> state, ReadOnlySpan<byte> message)
    {
        MultiRoundFlaw own = state[IdOffset] == LeaderId ? MultiRoundFlaw.Leader : MultiRoundFlaw.Helper;
        byte[] tag = Tag(ctx, aggParam, round, state, ShortTagLength(CountOf(aggParam), round));
        return CryptographicOperations.FixedTimeEquals(message, [.. state.Slice(StateHeader, Seed), .. tag])
            && !IsFlawed(state, round, own);
    }

    private static bool IsFlawed(ReadOnlySpan<byte> state, int round, MultiRoundFlaw flaw) =>
        (MultiRoundFlaw)state[IdOffset + 1] == flaw && state[IdOffset + 2] == round;
}
