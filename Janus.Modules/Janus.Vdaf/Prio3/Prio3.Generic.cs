using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <summary>Prio3 over one field: chooses between one report at a time and several side by side.</summary>
/// <typeparam name="TField">The field, of one lane.</typeparam>
internal sealed class Prio3<TField> : Prio3
    where TField : unmanaged, IScalarField<TField>
{
    // With fewer reports left over than this share of the lanes, one at a time is faster.
    private const int WorthwhileShare = 4;

    // Vectors of millions of elements are computed one at a time, rather than with gigabytes for each thread.
    private const long MaximumLanesMemory = 512 << 20;

    private readonly CircuitParameters _parameters;
    private readonly Circuit<TField> _circuit;
    private readonly Prio3Batch<TField, XofGroup<TField>> _single;
    private readonly Lazy<IPrio3Batch?> _lanes;

    /// <summary>Puts a circuit to use under an algorithm's code point.</summary>
    public Prio3(
        VdafDraft draft,
        uint algorithmId,
        string name,
        int shares,
        int proofCount,
        CircuitParameters parameters,
        InstructionSet instructionSet)
        : this(draft, algorithmId, name, shares, proofCount, parameters, instructionSet, CreateFlp<TField>(draft, parameters))
    {
    }

    private Prio3(
        VdafDraft draft,
        uint algorithmId,
        string name,
        int shares,
        int proofCount,
        CircuitParameters parameters,
        InstructionSet instructionSet,
        FlpBbcggi19<TField> flp)
        : base(draft, algorithmId, name, shares, proofCount, LengthsOf(flp), instructionSet)
    {
        _parameters = parameters;
        _circuit = flp.Circuit;
        _single = new Prio3Batch<TField, XofGroup<TField>>(this, flp);

        // Many clients need no more than one report: the tables for several are made when they are first wanted.
        _lanes = new Lazy<IPrio3Batch?>(CreateLanes);
    }

    public override UInt128 Modulus => (TField.Zero - TField.One).ToUInt128() + UInt128.One;

    public override long ShardWorkingMemory =>
        Math.Max(WorkingMemory.LengthOf<TField>(_circuit.MeasLength), Most(batch => batch.ShardMemory));

    public override long VerifyInitWorkingMemory => Most(batch => batch.VerifyInitMemory);

    public override long VerifierSharesToMessageWorkingMemory => Most(batch => batch.VerifierSharesToMessageMemory);

    public override long AggregateWorkingMemory => WorkingMemory.LengthOf(EncodedOutShareLength) + Most(batch => batch.AggregateMemory);

    internal override Prio3 With(InstructionSet instructionSet) =>
        new Prio3<TField>(Draft, AlgorithmId, Name, Shares, ProofCount, _parameters, instructionSet);

    private protected override void ShardCore(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<Measurement> measurements,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<byte> rands,
        Span<byte> publicShares,
        Span<byte> inputShares)
    {
        int measLength = _circuit.MeasLength;
        using (Scratch scratch = new(WorkingMemory.LengthOf<TField>(measLength)))
        {
            Span<TField> meas = scratch.Memory.Take<TField>(measLength);
            for (int i = 0; i < measurements.Length; i++)
            {
                _circuit.Encode(measurements[i], meas);
                FieldVector.Encode<TField>(meas, inputShares.Slice(i * InputSharesLength, measLength * TField.EncodedSize));
            }
        }

        for (int start = 0; start < measurements.Length;)
        {
            IPrio3Batch batch = BatchFor(measurements.Length - start, out int count);
            batch.Shard(
                ctx,
                nonces.Slice(start * NonceSize, count * NonceSize),
                rands.Slice(start * RandSize, count * RandSize),
                publicShares.Slice(start * PublicShareLength, count * PublicShareLength),
                inputShares.Slice(start * InputSharesLength, count * InputSharesLength));
            start += count;
        }
    }

    private protected override void VerifyInitCore(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares)
    {
        for (int start = 0; start < reports.Length;)
        {
            IPrio3Batch batch = BatchFor(reports.Length - start, out int count);
            batch.VerifyInit(
                verifyKey,
                ctx,
                aggregatorId,
                reports.Slice(start, count),
                outcomes.Slice(start, count),
                states.Slice(start * EncodedVerifyStateLength, count * EncodedVerifyStateLength),
                verifierShares.Slice(start * EncodedVerifierShareLength, count * EncodedVerifierShareLength));
            start += count;
        }
    }

    private protected override void VerifierSharesToMessageCore(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<VerifyOutcome> outcomes, Span<byte> verifierMessages)
    {
        int sharesLength = Shares * EncodedVerifierShareLength;
        for (int start = 0; start < outcomes.Length;)
        {
            IPrio3Batch batch = BatchFor(outcomes.Length - start, out int count);
            batch.VerifierSharesToMessage(
                ctx,
                verifierShares.Slice(start * sharesLength, count * sharesLength),
                outcomes.Slice(start, count),
                verifierMessages.Slice(start * JointRandSeedLength, count * JointRandSeedLength));
            start += count;
        }
    }

    private protected override void AggregateCore(
        Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        using Scratch scratch = new(WorkingMemory.LengthOf(aggShare.Length));
        Span<byte> sum = scratch.Memory.Take<byte>(aggShare.Length);
        aggShare.CopyTo(sum);
        IPrio3Batch batch = _lanes.Value is { } lanes ? lanes : _single;
        if (!batch.TryAggregate(sum, outShares, outcomes))
        {
            throw Malformed("out_share");
        }

        sum.CopyTo(aggShare);
    }

    private protected override UInt128[] UnshardCore(ReadOnlySpan<ReadOnlyMemory<byte>> aggShares)
    {
        TField[] sum = new TField[OutputLength];
        TField[] share = new TField[OutputLength];
        foreach (ReadOnlyMemory<byte> aggShare in aggShares)
        {
            Decode(aggShare.Span, share, "agg_share");
            FieldVector.Add<TField>(sum, share);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(share.AsSpan()));
        return [.. sum.Select(element => element.ToUInt128())];
    }

    private static FlpBbcggi19<T> CreateFlp<T>(VdafDraft draft, CircuitParameters parameters)
        where T : unmanaged, INttField<T> =>
        new(parameters.Create<T>(), draft);

    private static Prio3Lengths LengthsOf(FlpBbcggi19<TField> flp) => new(
        TField.EncodedSize,
        flp.Circuit.MeasLength,
        flp.Circuit.JointRandLength,
        flp.ProofLength,
        flp.VerifierLength,
        flp.Circuit.OutputLength);

    private static void Decode(ReadOnlySpan<byte> encoded, Span<TField> vector, string name)
    {
        if (!FieldVector.TryDecode(encoded, vector))
        {
            throw Malformed(name);
        }
    }

    private static DecodeException Malformed(string name) =>
        new(name, 0, $"an element is not below the modulus of {TField.Name}");

    // What works on the next reports, and on how many of them.
    private IPrio3Batch BatchFor(int reports, out int count)
    {
        count = reports;
        if (reports == 1 || _lanes.Value is not { } lanes)
        {
            return _single;
        }

        int rest = reports % lanes.Lanes;
        if (rest == 0 || rest * WorthwhileShare > lanes.Lanes)
        {
            return lanes;
        }

        count = reports - rest;
        if (count > 0)
        {
            return lanes;
        }

        count = rest;
        return _single;
    }

    private long Most(Func<IPrio3Batch, long> memory) =>
        _lanes.Value is { } lanes ? Math.Max(memory(_single), memory(lanes)) : memory(_single);

    private IPrio3Batch? CreateLanes()
    {
        IPrio3Batch? lanes = CreateLanesOf(InstructionSet);
        return lanes is not null && Math.Max(lanes.ShardMemory, lanes.VerifyInitMemory) > MaximumLanesMemory ? null : lanes;
    }

    private IPrio3Batch? CreateLanesOf(InstructionSet instructionSet) => instructionSet switch
    {
        InstructionSet.Avx512 when typeof(TField) == typeof(Field64) => CreateLanes<Avx512Lanes, Vector512<ulong>, Field64Lanes<Avx512Lanes, Vector512<ulong>>>(),
        InstructionSet.Avx512 => CreateLanes<Avx512Lanes, Vector512<ulong>, Field128Lanes<Avx512Lanes, Vector512<ulong>>>(),
        InstructionSet.Avx2 when typeof(TField) == typeof(Field64) => CreateLanes<Avx2Lanes, Vector256<ulong>, Field64Lanes<Avx2Lanes, Vector256<ulong>>>(),
        InstructionSet.Avx2 => CreateLanes<Avx2Lanes, Vector256<ulong>, Field128Lanes<Avx2Lanes, Vector256<ulong>>>(),
        _ => null,
    };

    private Prio3Batch<TLaneField, XofGroupLanes<TLanes, TVector, TLaneField>> CreateLanes<TLanes, TVector, TLaneField>()
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
        where TLaneField : unmanaged, ILaneField<TLaneField> =>
        new(this, CreateFlp<TLaneField>(Draft, _parameters));
}
