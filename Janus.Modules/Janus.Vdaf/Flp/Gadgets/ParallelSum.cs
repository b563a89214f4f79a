using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Gadgets;

/// <summary>The sum of a subcircuit over consecutive groups of inputs: VDAF §A.3 (gadget-parallel-sum).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class ParallelSum<TField> : Gadget<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly Gadget<TField> _subcircuit;
    private readonly int _count;

    /// <summary>Sums <paramref name="count"/> evaluations of the subcircuit.</summary>
    public ParallelSum(Gadget<TField> subcircuit, int count)
    {
        _subcircuit = subcircuit;
        _count = count;
    }

    public override int Arity => _subcircuit.Arity * _count;

    public override int Degree => _subcircuit.Degree;

    public override TField Eval(ReadOnlySpan<TField> inputs)
    {
        TField sum = TField.Zero;
        int arity = _subcircuit.Arity;
        for (int i = 0; i < inputs.Length; i += arity)
        {
            sum += _subcircuit.Eval(inputs.Slice(i, arity));
        }

        return sum;
    }

    public override void EvalPoly(
        WireExtension<TField> extension, ReadOnlySpan<TField> wires, Span<TField> sum, Span<TField> scratch)
    {
        int length = _subcircuit.Arity * extension.WirePolyLength;
        for (int i = 0; i < _count; i++)
        {
            _subcircuit.EvalPoly(extension, wires.Slice(i * length, length), sum, scratch);
        }
    }
}
