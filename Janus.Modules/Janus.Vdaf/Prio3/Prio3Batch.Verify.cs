using Janus.Vdaf.Fields;

namespace Janus.Vdaf;

/// <content>Verification: VDAF §7.2.2 (prio3-verification).</content>
internal sealed partial class Prio3Batch<TField, TXof>
{
    // Input shares are decoded in tiles of so many bytes of each report.
    private const int TileLength = 4096;

    public long VerifyInitMemory =>
        TXof.MemoryLength
        + Length(Circuit.MeasLength) + Length(TruncatedLength)
        + Length((long)Proofs * _flp.ProofLength) + Length((long)Proofs * _flp.QueryRandLength)
        + Length((long)Proofs * Circuit.JointRandLength) + Length((long)Proofs * _flp.VerifierLength)
        + (4 * RowsLength(SeedSize)) + RowsLength(ProofSeedOffset) + RowsLength(_prio3.NonceSize) + RowsLength(_prio3.PublicShareLength)
        + Math.Max(RowsLength(TileLength), _flp.QueryMemoryLength);

    // Out shares that are part of the measurement take no memory.
    private int TruncatedLength => Circuit.OutputIsPrefix ? 0 : Circuit.OutputLength;

    public long VerifierSharesToMessageMemory =>
        TXof.MemoryLength + (2 * Length((long)Proofs * _flp.VerifierLength))
        + RowsLength(_prio3.Shares * SeedSize) + RowsLength(SeedSize);

    public void VerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares)
    {
        int stateLength = _prio3.EncodedVerifyStateLength, shareLength = _prio3.EncodedVerifierShareLength;
        using Scratch scratch = new(VerifyInitMemory);
        Workspace workspace = new(this, scratch.Memory);
        TXof xof = TXof.Create(workspace.XofMemory);
        try
        {
            for (int start = 0; start < reports.Length; start += Lanes)
            {
                int count = Math.Min(Lanes, reports.Length - start);
                Span<byte> groupStates = states.Slice(start * stateLength, count * stateLength);
                Span<byte> groupShares = verifierShares.Slice(start * shareLength, count * shareLength);
                Span<VerifyOutcome> groupOutcomes = outcomes.Slice(start, count);
                VerifyInit(
                    ref xof, verifyKey, ctx, aggregatorId, reports.Slice(start, count), groupOutcomes, groupStates, groupShares, workspace);
                for (int i = 0; i < count; i++)
                {
                    if (groupOutcomes[i] != VerifyOutcome.Continued)
                    {
                        groupStates.Slice(i * stateLength, stateLength).Clear();
                        groupShares.Slice(i * shareLength, shareLength).Clear();
                    }
                }
            }
        }
        finally
        {
            xof.Dispose();
        }
    }

    public void VerifierSharesToMessage(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<VerifyOutcome> outcomes, Span<byte> verifierMessages)
    {
        int sharesLength = _prio3.Shares * _prio3.EncodedVerifierShareLength, messageLength = _prio3.JointRandSeedLength;
        using Scratch scratch = new(VerifierSharesToMessageMemory);
        WorkingMemory memory = scratch.Memory;
        TXof xof = TXof.Create(new WorkingMemory(memory.Take<byte>((int)TXof.MemoryLength)));
        for (int start = 0; start < outcomes.Length; start += Lanes)
        {
            int count = Math.Min(Lanes, outcomes.Length - start);
            ReadOnlySpan<byte> shares = verifierShares.Slice(start * sharesLength, count * sharesLength);
            Span<VerifyOutcome> groupOutcomes = outcomes.Slice(start, count);
            Span<byte> messages = verifierMessages.Slice(start * messageLength, count * messageLength);
            Decide(shares, groupOutcomes, memory);
            if (_prio3.UsesJointRand)
            {
                JointRandMessages(ref xof, ctx, shares, groupOutcomes, messages, memory);
            }
        }

        xof.Dispose();
    }

    private void Decide(ReadOnlySpan<byte> shares, Span<VerifyOutcome> outcomes, WorkingMemory memory)
    {
        int sharesLength = _prio3.Shares * _prio3.EncodedVerifierShareLength;
        Span<TField> verifiers = memory.TakeZeroed<TField>(Proofs * _flp.VerifierLength);
        Span<TField> share = memory.Take<TField>(verifiers.Length);
        ulong malformed = 0, valid = ulong.MaxValue;
        for (int i = 0; i < _prio3.Shares; i++)
        {
            malformed |= TField.DecodeRows(
                shares[(i * _prio3.EncodedVerifierShareLength)..], sharesLength, outcomes.Length, share);
            FieldVector.Add<TField>(verifiers, share);
        }

        for (int i = 0; i < Proofs; i++)
        {
            valid &= _flp.Decide(verifiers.Slice(i * _flp.VerifierLength, _flp.VerifierLength));
        }

        for (int lane = 0; lane < outcomes.Length; lane++)
        {
            if (outcomes[lane] == VerifyOutcome.Continued)
            {
                outcomes[lane] = Has(malformed, lane) ? VerifyOutcome.MalformedMessage
                    : Has(valid, lane) ? VerifyOutcome.Continued
                    : VerifyOutcome.ProofRejected;
            }
        }
    }

    private void JointRandMessages(
        ref TXof xof, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> shares, ReadOnlySpan<VerifyOutcome> outcomes, Span<byte> messages, WorkingMemory memory)
    {
        int shareLength = _prio3.EncodedVerifierShareLength, partsLength = _prio3.Shares * SeedSize;
        Span<byte> parts = memory.TakeZeroed<byte>(Lanes * partsLength);
        Span<byte> seeds = memory.Take<byte>(Lanes * SeedSize);
        for (int part = 0; part < outcomes.Length * _prio3.Shares; part++)
        {
            shares.Slice(((part + 1) * shareLength) - SeedSize, SeedSize).CopyTo(parts[(part * SeedSize)..]);
        }

        JointRandSeeds(ref xof, ctx, parts, seeds);
        for (int lane = 0; lane < outcomes.Length; lane++)
        {
            Span<byte> message = messages.Slice(lane * SeedSize, SeedSize);
            message.Clear();
            if (outcomes[lane] == VerifyOutcome.Continued)
            {
                seeds.Slice(lane * SeedSize, SeedSize).CopyTo(message);
            }
        }
    }

    private void VerifyInit(
        ref TXof xof,
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares,
        Workspace workspace)
    {
        int stateLength = _prio3.EncodedVerifyStateLength, shareLength = _prio3.EncodedVerifierShareLength;
        TakeRows(aggregatorId, reports, outcomes, workspace);
        ulong malformed = ExpandInputShares(ref xof, ctx, aggregatorId, reports, outcomes, workspace);
        TField.EncodeRows(Truncate(workspace), states, stateLength, reports.Length);
        if (_prio3.UsesJointRand)
        {
            JointRandParts(ref xof, ctx, aggregatorId, workspace.Blinds, workspace.Nonces, workspace.Meas, workspace.Parts);

            // The aggregator's own part replaces what the public share says of it.
            Scatter(workspace.Parts, workspace.PublicShares[(aggregatorId * SeedSize)..], _prio3.PublicShareLength, Lanes);
            JointRandSeeds(ref xof, ctx, workspace.PublicShares, workspace.Seeds);
            JointRands(ref xof, ctx, workspace.Seeds, workspace.JointRands);
            Scatter(workspace.Parts, verifierShares[(shareLength - SeedSize)..], shareLength, reports.Length);
            Scatter(workspace.Seeds, states[(stateLength - SeedSize)..], stateLength, reports.Length);
        }

        QueryRands(ref xof, verifyKey, ctx, workspace.Nonces, workspace.QueryRands);
        ulong unusable = Query(workspace);
        TField.EncodeRows(workspace.Verifiers, verifierShares, shareLength, reports.Length);
        for (int lane = 0; lane < reports.Length; lane++)
        {
            if (outcomes[lane] == VerifyOutcome.Continued)
            {
                outcomes[lane] = Has(malformed, lane) ? VerifyOutcome.MalformedInputShare
                    : Has(unusable, lane) ? VerifyOutcome.ProofRejected
                    : VerifyOutcome.Continued;
            }
        }
    }

    private ReadOnlySpan<TField> Truncate(Workspace workspace)
    {
        if (Circuit.OutputIsPrefix)
        {
            return workspace.Meas[..Circuit.OutputLength];
        }

        Circuit.Truncate(workspace.Meas, workspace.OutShare);
        return workspace.OutShare;
    }

    // Nonces and public shares, and of a Helper's input share the seeds; reports of the wrong lengths get their outcome.
    private void TakeRows(int aggregatorId, ReadOnlySpan<VerifyInput> reports, Span<VerifyOutcome> outcomes, Workspace workspace)
    {
        int inputShareLength = _prio3.InputShareLength(aggregatorId), publicShareLength = _prio3.PublicShareLength;
        workspace.Nonces.Clear();
        workspace.PublicShares.Clear();
        workspace.Seeds.Clear();
        workspace.ProofSeeds.Clear();
        workspace.Blinds.Clear();
        for (int lane = 0; lane < reports.Length; lane++)
        {
            VerifyInput report = reports[lane];
            outcomes[lane] = report.PublicShare.Length != publicShareLength ? VerifyOutcome.MalformedPublicShare
                : report.InputShare.Length != inputShareLength ? VerifyOutcome.MalformedInputShare
                : VerifyOutcome.Continued;
            if (outcomes[lane] != VerifyOutcome.Continued)
            {
                continue;
            }

            report.Nonce.Span.CopyTo(workspace.Nonces[(lane * _prio3.NonceSize)..]);
            report.PublicShare.Span.CopyTo(workspace.PublicShares[(lane * publicShareLength)..]);
            ReadOnlySpan<byte> inputShare = report.InputShare.Span;
            if (aggregatorId > 0)
            {
                inputShare[..SeedSize].CopyTo(workspace.Seeds[(lane * SeedSize)..]);
                if (ProofSeedOffset > 0)
                {
                    inputShare.Slice(ProofSeedOffset, SeedSize).CopyTo(workspace.ProofSeeds[(lane * SeedSize)..]);
                }
            }

            if (_prio3.UsesJointRand)
            {
                inputShare[^SeedSize..].CopyTo(workspace.Blinds[(lane * SeedSize)..]);
            }
        }
    }

    // Returns the lanes whose elements are not all below the modulus.
    private ulong ExpandInputShares(
        ref TXof xof, ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<VerifyInput> reports, ReadOnlySpan<VerifyOutcome> outcomes, Workspace workspace)
    {
        if (aggregatorId > 0)
        {
            HelperMeasShare(ref xof, ctx, aggregatorId, workspace.Seeds, workspace.Meas);
            HelperProofsShare(ref xof, ctx, aggregatorId, workspace.ProofSeeds, workspace.Proofs);
            return 0;
        }

        return DecodeInputShares(reports, outcomes, 0, workspace.Meas, workspace.Memory)
            | DecodeInputShares(reports, outcomes, MeasBytes, workspace.Proofs, workspace.Memory);
    }

    private static ulong DecodeInputShares(
        ReadOnlySpan<VerifyInput> reports, ReadOnlySpan<VerifyOutcome> outcomes, int offset, Span<TField> vector, WorkingMemory memory)
    {
        Span<byte> tile = memory.Take<byte>(TField.Lanes * TileLength);
        tile.Clear();
        ulong malformed = 0;
        while (!vector.IsEmpty)
        {
            Span<TField> part = vector[..Math.Min(vector.Length, TileLength / TField.EncodedSize)];
            int length = part.Length * TField.EncodedSize;
            for (int lane = 0; lane < reports.Length; lane++)
            {
                if (outcomes[lane] == VerifyOutcome.Continued)
                {
                    reports[lane].InputShare.Span.Slice(offset, length).CopyTo(tile[(lane * TileLength)..]);
                }
            }

            malformed |= TField.DecodeRows(tile, TileLength, reports.Length, part);
            vector = vector[part.Length..];
            offset += length;
        }

        return malformed;
    }

    private ulong Query(Workspace workspace)
    {
        ulong unusable = 0;
        for (int i = 0; i < Proofs; i++)
        {
            unusable |= _flp.Query(
                workspace.Meas,
                workspace.Proofs.Slice(i * _flp.ProofLength, _flp.ProofLength),
                workspace.QueryRands.Slice(i * _flp.QueryRandLength, _flp.QueryRandLength),
                workspace.JointRands.Slice(i * Circuit.JointRandLength, Circuit.JointRandLength),
                _sharesInverse,
                workspace.Verifiers.Slice(i * _flp.VerifierLength, _flp.VerifierLength),
                workspace.Memory);
        }

        return unusable;
    }

    private static bool Has(ulong lanes, int lane) => ((lanes >> lane) & 1) != 0;

    // What is used again from group to group.
    private readonly ref struct Workspace
    {
        public Workspace(Prio3Batch<TField, TXof> batch, WorkingMemory memory)
        {
            int proofs = batch.Proofs;
            XofMemory = new WorkingMemory(memory.Take<byte>((int)TXof.MemoryLength));
            Meas = memory.Take<TField>(batch.Circuit.MeasLength);
            OutShare = memory.Take<TField>(batch.TruncatedLength);
            Proofs = memory.Take<TField>(proofs * batch._flp.ProofLength);
            QueryRands = memory.Take<TField>(proofs * batch._flp.QueryRandLength);
            JointRands = memory.Take<TField>(proofs * batch.Circuit.JointRandLength);
            Verifiers = memory.Take<TField>(proofs * batch._flp.VerifierLength);
            int seedRows = TField.Lanes * batch.SeedSize;
            Seeds = memory.Take<byte>(seedRows);
            ProofSeeds = batch.ProofSeedOffset == 0 ? Seeds : memory.Take<byte>(seedRows);
            Blinds = memory.Take<byte>(seedRows);
            Parts = memory.Take<byte>(seedRows);
            Nonces = memory.Take<byte>(TField.Lanes * batch._prio3.NonceSize);
            PublicShares = memory.Take<byte>(TField.Lanes * batch._prio3.PublicShareLength);
            Memory = memory;
        }

        public WorkingMemory XofMemory { get; }

        public Span<TField> Meas { get; }

        public Span<TField> OutShare { get; }

        public Span<TField> Proofs { get; }

        public Span<TField> QueryRands { get; }

        public Span<TField> JointRands { get; }

        public Span<TField> Verifiers { get; }

        public Span<byte> Seeds { get; }

        // The same as Seeds if a Helper has one seed.
        public Span<byte> ProofSeeds { get; }

        public Span<byte> Blinds { get; }

        public Span<byte> Parts { get; }

        public Span<byte> Nonces { get; }

        public Span<byte> PublicShares { get; }

        public WorkingMemory Memory { get; }
    }
}
