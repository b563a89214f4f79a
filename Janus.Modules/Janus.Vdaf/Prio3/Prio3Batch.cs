using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <summary>
/// Prio3 on groups of reports, one in each lane of a field: VDAF §7.2 (prio3-construction). With a field of one lane it is
/// the reference; with more lanes the same steps are taken for several reports at once.
/// </summary>
/// <remarks>
/// Rows are bytes of the lanes' reports, one row behind the other. A group that is not full has zeros in the lanes left
/// over, and what they lead to is not written anywhere.
/// </remarks>
/// <typeparam name="TField">The field.</typeparam>
/// <typeparam name="TXof">The XOFs of a group.</typeparam>
internal sealed partial class Prio3Batch<TField, TXof> : IPrio3Batch
    where TField : unmanaged, INttField<TField>
    where TXof : struct, IXofGroup<TXof, TField>, allows ref struct
{
    private readonly Prio3 _prio3;
    private readonly FlpBbcggi19<TField> _flp;
    private readonly TField _sharesInverse;
    private readonly XofLayout _xofLayout;

    // By usage.
    private readonly byte[][] _dsts;

    /// <summary>Works for a VDAF with its proof system.</summary>
    public Prio3Batch(Prio3 prio3, FlpBbcggi19<TField> flp)
    {
        _prio3 = prio3;
        _flp = flp;
        _sharesInverse = TField.Invert(TField.FromUInt64((ulong)prio3.Shares));
        _xofLayout = prio3.Draft.XofLayout;
        _dsts = [[], .. Enum.GetValues<Prio3Usage>().Select(usage => prio3.Draft.DomainSeparationTag(prio3.AlgorithmId, usage))];
    }

    public int Lanes => TField.Lanes;

    private Circuit<TField> Circuit => _flp.Circuit;

    private int Proofs => _prio3.ProofCount;

    private int SeedSize => _prio3.SeedSize;

    // Where among a Helper's seeds the one of its proofs share is: behind the one of its measurement share, or the same.
    private int ProofSeedOffset => _prio3.HelperSeedsLength - SeedSize;

    private int MeasBytes => Circuit.MeasLength * TField.EncodedSize;

    private static long Length(long elements) => WorkingMemory.LengthOf<TField>(elements);

    private static long RowsLength(int rowLength) => WorkingMemory.LengthOf<byte>((long)TField.Lanes * rowLength);

    private void Start(ref TXof xof, Prio3Usage usage, ReadOnlySpan<byte> ctx) => xof.Start(_xofLayout, _dsts[(int)usage], ctx);

    private void HelperMeasShare(ref TXof xof, ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> seeds, Span<TField> meas)
    {
        Start(ref xof, Prio3Usage.MeasShare, ctx);
        xof.BindRows(seeds);
        xof.Bind([(byte)aggregatorId]);
        xof.NextVec(meas);
    }

    private void HelperProofsShare(ref TXof xof, ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> seeds, Span<TField> proofs)
    {
        Start(ref xof, Prio3Usage.ProofShare, ctx);
        xof.BindRows(seeds);
        xof.Bind([(byte)Proofs, (byte)aggregatorId]);
        xof.NextVec(proofs);
    }

    private void QueryRands(
        ref TXof xof, ReadOnlySpan<byte> verifyKey, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> nonces, Span<TField> queryRands)
    {
        Start(ref xof, Prio3Usage.QueryRandomness, ctx);
        xof.Bind(verifyKey);
        xof.Bind([(byte)Proofs]);
        xof.BindRows(nonces);
        xof.NextVec(queryRands);
    }

    private void JointRands(ref TXof xof, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> seeds, Span<TField> jointRands)
    {
        Start(ref xof, Prio3Usage.JointRandomness, ctx);
        xof.BindRows(seeds);
        xof.Bind([(byte)Proofs]);
        xof.NextVec(jointRands);
    }

    private void JointRandParts(
        ref TXof xof,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> blinds,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<TField> measShare,
        Span<byte> parts)
    {
        Start(ref xof, Prio3Usage.JointRandPart, ctx);
        xof.BindRows(blinds);
        xof.Bind([(byte)aggregatorId]);
        xof.BindRows(nonces);
        xof.BindVec(measShare);
        xof.NextRows(parts);
    }

    private void JointRandSeeds(ref TXof xof, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> parts, Span<byte> seeds)
    {
        Span<byte> zeros = stackalloc byte[SeedSize];
        zeros.Clear();
        Start(ref xof, Prio3Usage.JointRandSeed, ctx);
        xof.Bind(zeros);
        xof.BindRows(parts);
        xof.NextRows(seeds);
    }

    // Rows that stand at a distance are moved together; lanes left over become zero.
    private static void Gather(ReadOnlySpan<byte> from, int stride, int count, Span<byte> rows)
    {
        int length = rows.Length / TField.Lanes;
        for (int lane = 0; lane < count; lane++)
        {
            from.Slice(lane * stride, length).CopyTo(rows[(lane * length)..]);
        }

        rows[(count * length)..].Clear();
    }

    private static void Scatter(ReadOnlySpan<byte> rows, Span<byte> to, int stride, int count)
    {
        int length = rows.Length / TField.Lanes;
        for (int lane = 0; lane < count; lane++)
        {
            rows.Slice(lane * length, length).CopyTo(to[(lane * stride)..]);
        }
    }
}
