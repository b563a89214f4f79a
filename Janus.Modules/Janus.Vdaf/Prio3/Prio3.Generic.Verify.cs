using Janus.Vdaf.Fields;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <content>Verification: VDAF §7.2.2 (prio3-verification).</content>
internal sealed partial class Prio3<TField>
{
    private protected override void VerifyInitCore(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares)
    {
        int elements = Circuit.MeasLength + OutputLength
            + (ProofCount * (_flp.ProofLength + _flp.QueryRandLength + Circuit.JointRandLength + _flp.VerifierLength));
        using Scratch<TField> scratch = new(elements);
        Workspace workspace = new()
        {
            Meas = scratch.Take(Circuit.MeasLength),
            Proofs = scratch.Take(ProofCount * _flp.ProofLength),
            QueryRands = scratch.Take(ProofCount * _flp.QueryRandLength),
            JointRands = scratch.Take(ProofCount * Circuit.JointRandLength),
            Verifiers = scratch.Take(ProofCount * _flp.VerifierLength),
            OutShare = scratch.Take(OutputLength),
        };
        for (int i = 0; i < reports.Length; i++)
        {
            Span<byte> state = states.Slice(i * EncodedVerifyStateLength, EncodedVerifyStateLength);
            Span<byte> verifierShare = verifierShares.Slice(i * EncodedVerifierShareLength, EncodedVerifierShareLength);
            outcomes[i] = VerifyInitOne(verifyKey, ctx, aggregatorId, reports[i], workspace, state, verifierShare);
            if (outcomes[i] != VerifyOutcome.Continued)
            {
                state.Clear();
                verifierShare.Clear();
            }
        }
    }

    private protected override void VerifierSharesToMessageCore(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<VerifyOutcome> outcomes, Span<byte> verifierMessages)
    {
        int verifiersLength = ProofCount * _flp.VerifierLength;
        using Scratch<TField> scratch = new(2 * verifiersLength);
        Span<TField> verifiers = scratch.Take(verifiersLength);
        Span<TField> share = scratch.Take(verifiersLength);
        int sharesLength = Shares * EncodedVerifierShareLength;
        for (int i = 0; i < outcomes.Length; i++)
        {
            Span<byte> message = verifierMessages.Slice(i * JointRandSeedLength, JointRandSeedLength);
            message.Clear();
            if (outcomes[i] == VerifyOutcome.Continued)
            {
                ReadOnlySpan<byte> shares = verifierShares.Slice(i * sharesLength, sharesLength);
                outcomes[i] = Decide(shares, verifiers, share);
                if (UsesJointRand && outcomes[i] == VerifyOutcome.Continued)
                {
                    JointRandSeed(ctx, shares, message);
                }
            }
        }
    }

    private VerifyOutcome Decide(ReadOnlySpan<byte> verifierShares, Span<TField> verifiers, Span<TField> share)
    {
        verifiers.Clear();
        for (int i = 0; i < Shares; i++)
        {
            ReadOnlySpan<byte> encoded = verifierShares.Slice(i * EncodedVerifierShareLength, EncodedVerifierShareLength);
            if (!FieldVector.TryDecode(encoded[..^JointRandSeedLength], share))
            {
                return VerifyOutcome.MalformedMessage;
            }

            FieldVector.Add<TField>(verifiers, share);
        }

        for (int i = 0; i < ProofCount; i++)
        {
            if (!_flp.Decide(verifiers.Slice(i * _flp.VerifierLength, _flp.VerifierLength)))
            {
                return VerifyOutcome.ProofRejected;
            }
        }

        return VerifyOutcome.Continued;
    }

    private void JointRandSeed(ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<byte> seed)
    {
        using XofTurboShake128 xof = JointRandSeedXof(ctx);
        for (int i = 0; i < Shares; i++)
        {
            xof.Bind(verifierShares.Slice(((i + 1) * EncodedVerifierShareLength) - SeedSize, SeedSize));
        }

        xof.Next(seed);
    }

    private VerifyOutcome VerifyInitOne(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        in VerifyInput report,
        in Workspace workspace,
        Span<byte> state,
        Span<byte> verifierShare)
    {
        ReadOnlySpan<byte> nonce = report.Nonce.Span;
        ReadOnlySpan<byte> inputShare = report.InputShare.Span;
        if (report.PublicShare.Length != PublicShareLength)
        {
            return VerifyOutcome.MalformedPublicShare;
        }

        if (inputShare.Length != InputShareLength(aggregatorId)
            || !TryExpandInputShare(ctx, aggregatorId, inputShare, workspace))
        {
            return VerifyOutcome.MalformedInputShare;
        }

        Circuit.Truncate(workspace.Meas, workspace.OutShare);
        FieldVector.Encode<TField>(workspace.OutShare, state[..EncodedOutShareLength]);
        if (UsesJointRand)
        {
            Span<byte> part = verifierShare[^SeedSize..];
            Span<byte> seed = state[^SeedSize..];
            JointRandPart(ctx, aggregatorId, inputShare[^SeedSize..], nonce, workspace.Meas, part);
            CorrectedJointRandSeed(ctx, aggregatorId, report.PublicShare.Span, part, seed);
            JointRands(ctx, seed, workspace.JointRands);
        }

        QueryRands(verifyKey, ctx, nonce, workspace.QueryRands);
        bool usable = Query(workspace);
        FieldVector.Encode<TField>(workspace.Verifiers, verifierShare[..^JointRandSeedLength]);
        return usable ? VerifyOutcome.Continued : VerifyOutcome.ProofRejected;
    }

    private bool TryExpandInputShare(
        ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> inputShare, in Workspace workspace)
    {
        if (aggregatorId > 0)
        {
            HelperMeasShare(ctx, aggregatorId, inputShare[..SeedSize], workspace.Meas);
            HelperProofsShare(ctx, aggregatorId, inputShare[..SeedSize], workspace.Proofs);
            return true;
        }

        return FieldVector.TryDecode(inputShare[..MeasBytes], workspace.Meas)
            && FieldVector.TryDecode(inputShare[MeasBytes..^JointRandSeedLength], workspace.Proofs);
    }

    // The aggregator's own part replaces what the public share says of it.
    private void CorrectedJointRandSeed(
        ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> parts, ReadOnlySpan<byte> ownPart, Span<byte> seed)
    {
        using XofTurboShake128 xof = JointRandSeedXof(ctx);
        xof.Bind(parts[..(aggregatorId * SeedSize)]);
        xof.Bind(ownPart);
        xof.Bind(parts[((aggregatorId + 1) * SeedSize)..]);
        xof.Next(seed);
    }

    private bool Query(in Workspace workspace)
    {
        bool usable = true;
        for (int i = 0; i < ProofCount; i++)
        {
            usable &= _flp.TryQuery(
                workspace.Meas,
                workspace.Proofs.Slice(i * _flp.ProofLength, _flp.ProofLength),
                workspace.QueryRands.Slice(i * _flp.QueryRandLength, _flp.QueryRandLength),
                workspace.JointRands.Slice(i * Circuit.JointRandLength, Circuit.JointRandLength),
                _sharesInverse,
                workspace.Verifiers.Slice(i * _flp.VerifierLength, _flp.VerifierLength));
        }

        return usable;
    }

    // Working memory that is reused from report to report.
    private ref struct Workspace
    {
        public required Span<TField> Meas;
        public required Span<TField> Proofs;
        public required Span<TField> QueryRands;
        public required Span<TField> JointRands;
        public required Span<TField> Verifiers;
        public required Span<TField> OutShare;
    }
}
