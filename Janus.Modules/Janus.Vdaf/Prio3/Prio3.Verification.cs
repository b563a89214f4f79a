using System.Security.Cryptography;

namespace Janus.Vdaf;

/// <content>Verification: VDAF §7.2.2 (prio3-verification).</content>
public abstract partial class Prio3
{
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
        Arguments.CheckLength(verifyKey.Length, VerifyKeySize, nameof(verifyKey));
        CheckContext(ctx);
        CheckAggregatorId(aggregatorId);
        CheckAggParam(aggParam);
        Arguments.CheckLength(outcomes.Length, reports.Length, nameof(outcomes));
        Arguments.CheckLength(states.Length, (long)reports.Length * EncodedVerifyStateLength, nameof(states));
        Arguments.CheckLength(verifierShares.Length, (long)reports.Length * EncodedVerifierShareLength, nameof(verifierShares));
        foreach (VerifyInput report in reports)
        {
            Arguments.CheckLength(report.Nonce.Length, NonceSize, nameof(VerifyInput.Nonce));
        }

        VerifyInitCore(verifyKey, ctx, aggregatorId, reports, outcomes, states, verifierShares);
    }

    /// <summary>
    /// Rejects reports whose public share does not hold the joint randomness part that this aggregator computed from its
    /// input share.
    /// </summary>
    /// <remarks>
    /// Every aggregator replaces its own part of the public share by the one that it computes, and takes the others'
    /// as the client says. If the client lies about one aggregator's part, that aggregator alone arrives at the right
    /// seed, and accepts what all others reject.
    /// </remarks>
    /// <inheritdoc/>
    public void CheckPublicShares(
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<byte> verifierShares,
        Span<VerifyOutcome> outcomes)
    {
        CheckAggregatorId(aggregatorId);
        CheckAggParam(aggParam);
        Arguments.CheckLength(outcomes.Length, reports.Length, nameof(outcomes));
        Arguments.CheckLength(verifierShares.Length, (long)reports.Length * EncodedVerifierShareLength, nameof(verifierShares));
        for (int i = 0; i < reports.Length && UsesJointRand; i++)
        {
            if (outcomes[i] == VerifyOutcome.Continued)
            {
                int end = (i + 1) * EncodedVerifierShareLength;
                ReadOnlySpan<byte> computed = verifierShares[(end - JointRandSeedLength)..end];
                ReadOnlySpan<byte> told = reports[i].PublicShare.Span.Slice(aggregatorId * JointRandSeedLength, JointRandSeedLength);
                outcomes[i] = CryptographicOperations.FixedTimeEquals(computed, told)
                    ? VerifyOutcome.Continued
                    : VerifyOutcome.JointRandRejected;
            }
        }
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
        CheckContext(ctx);
        CheckAggParam(aggParam);
        CheckRound(round);
        Arguments.CheckLength(
            verifierShares.Length, (long)outcomes.Length * Shares * EncodedVerifierShareLength, nameof(verifierShares));
        Arguments.CheckLength(verifierMessages.Length, (long)outcomes.Length * JointRandSeedLength, nameof(verifierMessages));
        VerifierSharesToMessageCore(ctx, verifierShares, outcomes, verifierMessages);
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
        CheckContext(ctx);
        CheckAggParam(aggParam);
        CheckRound(round);
        Arguments.CheckLength(states.Length, (long)outcomes.Length * EncodedVerifyStateLength, nameof(states));
        Arguments.CheckLength(verifierMessages.Length, (long)outcomes.Length * JointRandSeedLength, nameof(verifierMessages));
        Arguments.CheckLength(nextStates.Length, 0, nameof(nextStates));
        Arguments.CheckLength(nextVerifierShares.Length, 0, nameof(nextVerifierShares));
        Arguments.CheckLength(outShares.Length, (long)outcomes.Length * EncodedOutShareLength, nameof(outShares));
        for (int i = 0; i < outcomes.Length; i++)
        {
            ReadOnlySpan<byte> state = states.Slice(i * EncodedVerifyStateLength, EncodedVerifyStateLength);
            ReadOnlySpan<byte> message = verifierMessages.Slice(i * JointRandSeedLength, JointRandSeedLength);
            Span<byte> outShare = outShares.Slice(i * EncodedOutShareLength, EncodedOutShareLength);
            if (outcomes[i] == VerifyOutcome.Continued)
            {
                outcomes[i] = CryptographicOperations.FixedTimeEquals(state[EncodedOutShareLength..], message)
                    ? VerifyOutcome.Finished
                    : VerifyOutcome.JointRandRejected;
                if (outcomes[i] == VerifyOutcome.Finished)
                {
                    state[..EncodedOutShareLength].CopyTo(outShare);
                    continue;
                }
            }

            outShare.Clear();
        }
    }

    // The arguments of these have been checked.
    private protected abstract void VerifyInitCore(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares);

    private protected abstract void VerifierSharesToMessageCore(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<VerifyOutcome> outcomes, Span<byte> verifierMessages);
}
