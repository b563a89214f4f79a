using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Polynomials;
using Janus.Vdaf.Xof;

namespace Janus.Benchmarks.Vdaf;

/// <summary>The operations of one field.</summary>
/// <typeparam name="TField">The field.</typeparam>
/// <typeparam name="TXof">The XOFs with the same lanes.</typeparam>
internal sealed class FieldWork<TField, TXof> : FieldWork
    where TField : unmanaged, INttField<TField>
    where TXof : struct, IXofGroup<TXof, TField>, allows ref struct
{
    private readonly int _size;
    private readonly int _places;
    private readonly int _calls;
    private readonly Ntt<TField> _ntt;
    private readonly LagrangeBasis<TField> _basis;
    private readonly EvaluationDoubling<TField> _doubling;
    private readonly EvaluationDoubling<TField> _wireDoubling;
    private readonly AlignedBuffer<TField> _left;
    private readonly AlignedBuffer<TField> _right;
    private readonly AlignedBuffer<TField> _factors;
    private readonly AlignedBuffer<TField> _values;
    private readonly AlignedBuffer<byte> _memory;
    private readonly byte[] _seeds = RandomNumberGenerator.GetBytes(TField.Lanes * VdafDraft.Newest.SeedSize);
    private readonly TField _one = TField.One;

    /// <summary>Prepares vectors of 2^<paramref name="logSize"/> random elements.</summary>
    public FieldWork(int logSize)
    {
        _size = 1 << logSize;
        _places = 1 << (logSize / 2);
        _calls = _size / _places;
        _ntt = new(logSize);
        _basis = new(logSize);
        _doubling = new(logSize);
        _wireDoubling = new(logSize - (logSize / 2) + 1);
        _left = new(_size);
        _right = new(_size);
        _factors = new(_size);
        _values = new(2 * Math.Max(_size, _wireDoubling.Size));
        _memory = new(Math.Max(
            TXof.MemoryLength,
            Math.Max(TField.QueryBitCheckMemory(_calls, 2 * _places), TField.ProveBitCheckMemory(_calls, _wireDoubling.Size))));
        foreach (AlignedBuffer<TField> vector in (AlignedBuffer<TField>[])[_left, _right, _factors])
        {
            RandomNumberGenerator.Fill(_seeds);
            Expand(vector.Span);
        }

        _left.Span.CopyTo(_values.Span);
    }

    private static int Groups => Reports / TField.Lanes;

    private Span<TField> Values => _values.Span[.._size];

    private WorkingMemory Memory => new(_memory.Span);

    public override void Add()
    {
        for (int group = 0; group < Groups; group++)
        {
            FieldVector.Add<TField>(_left.Span, _right.Span);
        }
    }

    public override void Multiply()
    {
        for (int group = 0; group < Groups; group++)
        {
            Multiply(_left.Span, _right.Span, Values);
        }
    }

    public override void Scale()
    {
        for (int group = 0; group < Groups; group++)
        {
            Scale(_left.Span, _factors.Span, Values);
        }
    }

    public override void InnerProduct()
    {
        for (int group = 0; group < Groups; group++)
        {
            Values[0] = TField.InnerProduct(_left.Span, _right.Span);
        }
    }

    public override void Expand()
    {
        for (int group = 0; group < Groups; group++)
        {
            Expand(Values);
        }
    }

    public override void InverseTransform()
    {
        for (int group = 0; group < Groups; group++)
        {
            _ntt.InverseToBitReversed(Values);
        }
    }

    public override void ForwardTransform()
    {
        for (int group = 0; group < Groups; group++)
        {
            _ntt.ForwardFromBitReversed(Values);
        }
    }

    public override void Double()
    {
        for (int group = 0; group < Groups; group++)
        {
            _doubling.Double(_values.Span, _left.Span);
        }
    }

    public override void EvaluateBasis()
    {
        for (int group = 0; group < Groups; group++)
        {
            _basis.Evaluate(_right.Span[0], Values);
        }
    }

    public override void Interpolate()
    {
        for (int group = 0; group < Groups; group++)
        {
            Values[0] = _basis.Interpolate(_right.Span[0], Values);
        }
    }

    public override void QueryBitCheck()
    {
        Span<TField> wires = _values.Span[..(2 * _places)];
        for (int group = 0; group < Groups; group++)
        {
            TField.QueryBitCheck(_left.Span, _right.Span[.._calls], _factors.Span[.._calls], _one, wires, Memory);
        }
    }

    public override void ProveBitCheck()
    {
        Span<TField> values = _values.Span[..(2 * _wireDoubling.Size)];
        for (int group = 0; group < Groups; group++)
        {
            TField.ProveBitCheck(
                _left.Span, _right.Span[..(2 * _places)], _factors.Span[.._calls], _one, _wireDoubling, values, Memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ReadOnlySpan<TField> left, ReadOnlySpan<TField> right, Span<TField> products)
    {
        for (int i = 0; i < products.Length; i++)
        {
            products[i] = left[i] * right[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ReadOnlySpan<TField> values, ReadOnlySpan<TField> factors, Span<TField> products)
    {
        for (int i = 0; i < products.Length; i++)
        {
            products[i] = TField.Scale(values[i], factors[i]);
        }
    }

    private void Expand(Span<TField> vector)
    {
        TXof xof = TXof.Create(Memory);
        xof.Start(VdafDraft.Newest.XofLayout, "janus"u8, []);
        xof.BindRows(_seeds);
        xof.NextVec(vector);
    }
}
