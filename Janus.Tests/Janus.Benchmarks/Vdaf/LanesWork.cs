using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Fields.Kernels;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Polynomials;
using Janus.Vdaf.Xof;

namespace Janus.Benchmarks.Vdaf;

/// <summary>The kernels that only vectors have, each on <see cref="FieldWork.Reports"/> reports.</summary>
internal abstract class LanesWork
{
    /// <summary>Prepares 2^<paramref name="logSize"/> random words, and as many elements, for each report.</summary>
    public static LanesWork Create(string instructionSet, int logSize) => InstructionSets.Choose(instructionSet) switch
    {
        InstructionSet.Avx2 => new Work<Avx2Lanes, Vector256<ulong>>(logSize),
        InstructionSet.Avx512 => new Work<Avx512Lanes, Vector512<ulong>>(logSize),
        _ => throw new ArgumentException($"{instructionSet} has no lanes", nameof(instructionSet)),
    };

    /// <summary>Permutes Keccak states.</summary>
    public abstract void Permute();

    /// <summary>From rows of words to vectors.</summary>
    public abstract void ReadRows();

    /// <summary>From vectors to rows of words.</summary>
    public abstract void WriteRows();

    /// <summary>Extends a wire polynomial in digits.</summary>
    public abstract void TransformWire();

    private sealed class Work<TLanes, TVector> : LanesWork
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        private readonly AlignedBuffer<TVector> _state = new(25);
        private readonly AlignedBuffer<TVector> _words;
        private readonly AlignedBuffer<Digits<TVector>> _wire;
        private readonly byte[] _rows;
        private readonly Digits<ulong>[] _inverseRoots;
        private readonly Digits<ulong>[] _shift;
        private readonly Digits<ulong>[] _roots;

        public Work(int logSize)
        {
            _words = new(1 << logSize);
            _wire = new(1 << logSize);
            _rows = RandomNumberGenerator.GetBytes(TLanes.Count * (sizeof(ulong) << logSize));
            EvaluationDoubling<Field128Lanes<TLanes, TVector>> doubling = new(logSize);
            _inverseRoots = Split(doubling.InverseRoots);
            _shift = Split(doubling.Shift);
            _roots = Split(doubling.Roots);

            // Any digits of 26 bits will do, the last one smaller.
            foreach (ref Digits<TVector> element in _wire.Span)
            {
                for (int i = 0; i < Field128Digits<TLanes, TVector>.Count; i++)
                {
                    element[i] = TLanes.Broadcast((ulong)RandomNumberGenerator.GetInt32(1 << 23));
                }
            }
        }

        private static int Groups => FieldWork.Reports / TLanes.Count;

        private int Stride => _rows.Length / TLanes.Count;

        public override void Permute()
        {
            for (int group = 0; group < Groups; group++)
            {
                KeccakP1600Lanes<TLanes, TVector>.Permute(_state.Span);
            }
        }

        public override void ReadRows()
        {
            for (int group = 0; group < Groups; group++)
            {
                LaneRows<TLanes, TVector>.Read(_rows, Stride, TLanes.Count, _words.Span);
            }
        }

        public override void WriteRows()
        {
            for (int group = 0; group < Groups; group++)
            {
                LaneRows<TLanes, TVector>.Write(_words.Span, _rows, Stride, TLanes.Count);
            }
        }

        private static Digits<ulong>[] Split(ReadOnlySpan<Field128Lanes<TLanes, TVector>> factors)
        {
            Digits<ulong>[] digits = new Digits<ulong>[factors.Length];
            Field128WireTransform<TLanes, TVector>.Split(factors, digits);
            return digits;
        }

        public override void TransformWire()
        {
            for (int group = 0; group < Groups; group++)
            {
                Field128WireTransform<TLanes, TVector>.Run(_wire.Span, _inverseRoots, _shift, _roots);
            }
        }
    }
}
