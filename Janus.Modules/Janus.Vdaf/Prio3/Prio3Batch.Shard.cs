using Janus.Vdaf.Fields;

namespace Janus.Vdaf;

/// <content>Sharding: VDAF §7.2.1 (Sharding).</content>
internal sealed partial class Prio3Batch<TField, TXof>
{
    public long ShardMemory =>
        TXof.MemoryLength
        + (3 * Length(Circuit.MeasLength)) + (2 * Length((long)Proofs * _flp.ProofLength))
        + Length((long)Proofs * _flp.ProveRandLength) + Length((long)Proofs * Circuit.JointRandLength)
        + (3 * RowsLength(SeedSize)) + RowsLength(_prio3.NonceSize) + RowsLength(_prio3.PublicShareLength)
        + _flp.ProveMemoryLength;

    private int HelperShareLength => _prio3.HelperSeedsLength + _prio3.JointRandSeedLength;

    public void Shard(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> nonces, ReadOnlySpan<byte> rands, Span<byte> publicShares, Span<byte> inputShares)
    {
        int nonceSize = _prio3.NonceSize, publicLength = _prio3.PublicShareLength, inputLength = _prio3.InputSharesLength;
        int reports = nonces.Length / nonceSize;
        using Scratch scratch = new(ShardMemory);
        WorkingMemory memory = scratch.Memory;
        TXof xof = TXof.Create(new WorkingMemory(memory.Take<byte>((int)TXof.MemoryLength)));
        try
        {
            for (int start = 0; start < reports; start += Lanes)
            {
                int count = Math.Min(Lanes, reports - start);
                ShardGroup(
                    ref xof,
                    ctx,
                    nonces.Slice(start * nonceSize, count * nonceSize),
                    rands.Slice(start * _prio3.RandSize, count * _prio3.RandSize),
                    publicShares.Slice(start * publicLength, count * publicLength),
                    inputShares.Slice(start * inputLength, count * inputLength),
                    memory);
            }
        }
        finally
        {
            xof.Dispose();
        }
    }

    private void ShardGroup(
        ref TXof xof,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<byte> rands,
        Span<byte> publicShares,
        Span<byte> inputShares,
        WorkingMemory memory)
    {
        int count = nonces.Length / _prio3.NonceSize, inputLength = _prio3.InputSharesLength;
        Span<TField> meas = memory.Take<TField>(Circuit.MeasLength);
        Span<TField> leaderMeas = memory.Take<TField>(Circuit.MeasLength);
        Span<TField> proofs = memory.Take<TField>(Proofs * _flp.ProofLength);
        Span<byte> nonceRows = memory.Take<byte>(Lanes * _prio3.NonceSize);
        Span<byte> partRows = memory.TakeZeroed<byte>(Lanes * _prio3.PublicShareLength);
        Gather(nonces, _prio3.NonceSize, count, nonceRows);
        TField.DecodeRows(inputShares, inputLength, count, meas);
        meas.CopyTo(leaderMeas);

        // The randomness is used in the order of the input shares' encoding, the prover's seed last.
        int helpersLength = (_prio3.Shares - 1) * HelperShareLength, leaderLength = _prio3.InputShareLength(0);
        for (int i = 0; i < count; i++)
        {
            rands.Slice(i * _prio3.RandSize, helpersLength).CopyTo(inputShares[((i * inputLength) + leaderLength)..]);
        }

        for (int j = 1; j < _prio3.Shares; j++)
        {
            TakeHelperMeasShares(ref xof, ctx, j, rands, nonceRows, leaderMeas, partRows, memory);
        }

        if (_prio3.UsesJointRand)
        {
            Span<byte> blinds = Rows(rands, helpersLength, ref memory);
            Scatter(blinds, inputShares[(leaderLength - SeedSize)..], inputLength, count);
            TakeJointRandParts(ref xof, ctx, 0, blinds, nonceRows, leaderMeas, partRows, memory);
            Scatter(partRows, publicShares, _prio3.PublicShareLength, count);
        }

        Prove(ref xof, ctx, rands, meas, partRows, proofs, memory);
        for (int j = 1; j < _prio3.Shares; j++)
        {
            TakeHelperProofsShares(ref xof, ctx, j, rands, proofs, memory);
        }

        TField.EncodeRows(leaderMeas, inputShares, inputLength, count);
        TField.EncodeRows(proofs, inputShares[MeasBytes..], inputLength, count);
    }

    // A seed's rows out of the randomness of each report.
    private Span<byte> Rows(ReadOnlySpan<byte> rands, int offset, scoped ref WorkingMemory memory)
    {
        Span<byte> rows = memory.Take<byte>(Lanes * SeedSize);
        Gather(rands[offset..], _prio3.RandSize, rands.Length / _prio3.RandSize, rows);
        return rows;
    }

    private void TakeHelperMeasShares(
        ref TXof xof,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> rands,
        ReadOnlySpan<byte> nonces,
        Span<TField> leaderMeas,
        Span<byte> parts,
        WorkingMemory memory)
    {
        Span<TField> helperMeas = memory.Take<TField>(Circuit.MeasLength);
        int offset = (aggregatorId - 1) * HelperShareLength;
        HelperMeasShare(ref xof, ctx, aggregatorId, Rows(rands, offset, ref memory), helperMeas);
        FieldVector.Subtract<TField>(leaderMeas, helperMeas);
        if (_prio3.UsesJointRand)
        {
            TakeJointRandParts(
                ref xof, ctx, aggregatorId, Rows(rands, offset + _prio3.HelperSeedsLength, ref memory), nonces, helperMeas, parts, memory);
        }
    }

    private void TakeJointRandParts(
        ref TXof xof,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> blinds,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<TField> measShare,
        Span<byte> parts,
        WorkingMemory memory)
    {
        Span<byte> own = memory.Take<byte>(Lanes * SeedSize);
        JointRandParts(ref xof, ctx, aggregatorId, blinds, nonces, measShare, own);
        Scatter(own, parts[(aggregatorId * SeedSize)..], _prio3.PublicShareLength, Lanes);
    }

    private void TakeHelperProofsShares(
        ref TXof xof, ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> rands, Span<TField> proofs, WorkingMemory memory)
    {
        Span<TField> helperProofs = memory.Take<TField>(proofs.Length);
        int offset = ((aggregatorId - 1) * HelperShareLength) + ProofSeedOffset;
        HelperProofsShare(ref xof, ctx, aggregatorId, Rows(rands, offset, ref memory), helperProofs);
        FieldVector.Subtract<TField>(proofs, helperProofs);
    }

    private void Prove(
        ref TXof xof,
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> rands,
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<byte> parts,
        Span<TField> proofs,
        WorkingMemory memory)
    {
        Span<TField> proveRands = memory.Take<TField>(Proofs * _flp.ProveRandLength);
        Span<TField> jointRands = memory.Take<TField>(Proofs * Circuit.JointRandLength);
        Start(ref xof, Prio3Usage.ProveRandomness, ctx);
        xof.BindRows(Rows(rands, _prio3.RandSize - SeedSize, ref memory));
        xof.Bind([(byte)Proofs]);
        xof.NextVec(proveRands);
        if (_prio3.UsesJointRand)
        {
            Span<byte> seeds = memory.Take<byte>(Lanes * SeedSize);
            JointRandSeeds(ref xof, ctx, parts, seeds);
            JointRands(ref xof, ctx, seeds, jointRands);
        }

        for (int i = 0; i < Proofs; i++)
        {
            _flp.Prove(
                meas,
                proveRands.Slice(i * _flp.ProveRandLength, _flp.ProveRandLength),
                jointRands.Slice(i * Circuit.JointRandLength, Circuit.JointRandLength),
                proofs.Slice(i * _flp.ProofLength, _flp.ProofLength),
                memory);
        }
    }
}
