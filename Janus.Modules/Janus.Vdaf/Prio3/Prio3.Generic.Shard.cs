using Janus.Vdaf.Fields;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <content>Sharding: VDAF §7.2.1 (Sharding).</content>
internal sealed partial class Prio3<TField>
{
    private protected override void ShardCore(
        ReadOnlySpan<byte> ctx,
        Measurement measurement,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> rand,
        Span<byte> publicShare,
        Span<byte> inputShares)
    {
        int proofsLength = _flp.ProofLength * ProofCount;
        using Scratch<TField> scratch = new((2 * Circuit.MeasLength) + (2 * proofsLength));
        Span<TField> meas = scratch.Take(Circuit.MeasLength);
        Span<TField> leaderMeas = scratch.Take(Circuit.MeasLength);
        Span<TField> proofs = scratch.Take(proofsLength);
        Span<TField> helperShare = scratch.Take(proofsLength);
        Circuit.Encode(measurement, meas);
        meas.CopyTo(leaderMeas);

        // The randomness is used in the order of the input shares' encoding, the prover's seed last.
        ReadOnlySpan<byte> proveSeed = rand[^SeedSize..];
        int helperShareLength = SeedSize + JointRandSeedLength;
        Span<byte> helperShares = inputShares[InputShareLength(0)..];
        rand[..helperShares.Length].CopyTo(helperShares);
        SubtractHelperMeasShares(ctx, nonce, helperShares, helperShareLength, leaderMeas, publicShare);

        if (UsesJointRand)
        {
            ReadOnlySpan<byte> leaderBlind = rand.Slice(helperShares.Length, SeedSize);
            leaderBlind.CopyTo(inputShares[(InputShareLength(0) - SeedSize)..]);
            JointRandPart(ctx, 0, leaderBlind, nonce, leaderMeas, publicShare[..SeedSize]);
        }

        Prove(ctx, meas, proveSeed, publicShare, proofs);
        for (int j = 0; j < Shares - 1; j++)
        {
            HelperProofsShare(ctx, j + 1, helperShares.Slice(j * helperShareLength, SeedSize), helperShare);
            FieldVector.Subtract<TField>(proofs, helperShare);
        }

        FieldVector.Encode<TField>(leaderMeas, inputShares[..MeasBytes]);
        FieldVector.Encode<TField>(proofs, inputShares.Slice(MeasBytes, proofsLength * TField.EncodedSize));
    }

    private void SubtractHelperMeasShares(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> helperShares,
        int helperShareLength,
        Span<TField> leaderMeas,
        Span<byte> publicShare)
    {
        using Scratch<TField> scratch = new(Circuit.MeasLength);
        Span<TField> helperMeas = scratch.Take(Circuit.MeasLength);
        for (int j = 0; j < Shares - 1; j++)
        {
            ReadOnlySpan<byte> share = helperShares.Slice(j * helperShareLength, helperShareLength);
            HelperMeasShare(ctx, j + 1, share[..SeedSize], helperMeas);
            FieldVector.Subtract<TField>(leaderMeas, helperMeas);
            if (UsesJointRand)
            {
                JointRandPart(
                    ctx, j + 1, share[SeedSize..], nonce, helperMeas, publicShare.Slice((j + 1) * SeedSize, SeedSize));
            }
        }
    }

    private void Prove(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<byte> proveSeed,
        ReadOnlySpan<byte> jointRandParts,
        Span<TField> proofs)
    {
        int jointRandLength = Circuit.JointRandLength;
        using Scratch<TField> scratch = new((_flp.ProveRandLength + jointRandLength) * ProofCount);
        Span<TField> proveRands = scratch.Take(_flp.ProveRandLength * ProofCount);
        Span<TField> jointRands = scratch.Take(jointRandLength * ProofCount);
        Expand(Usage.ProveRandomness, proveSeed, ctx, [(byte)ProofCount], proveRands);
        if (UsesJointRand)
        {
            Span<byte> seed = stackalloc byte[SeedSize];
            using XofTurboShake128 xof = JointRandSeedXof(ctx);
            xof.Bind(jointRandParts);
            xof.Next(seed);
            JointRands(ctx, seed, jointRands);
        }

        for (int i = 0; i < ProofCount; i++)
        {
            _flp.Prove(
                meas,
                proveRands.Slice(i * _flp.ProveRandLength, _flp.ProveRandLength),
                jointRands.Slice(i * jointRandLength, jointRandLength),
                proofs.Slice(i * _flp.ProofLength, _flp.ProofLength));
        }
    }
}
