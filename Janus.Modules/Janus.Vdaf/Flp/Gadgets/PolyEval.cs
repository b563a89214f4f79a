using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Gadgets;

/// <summary>A fixed polynomial of one input: VDAF §A.2 (gadget-poly-eval).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class PolyEval<TField> : Gadget<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly TField[] _coefficients;

    /// <summary>Takes the coefficients from the constant up; the last is not zero.</summary>
    public PolyEval(params ReadOnlySpan<int> coefficients)
    {
        _coefficients = new TField[coefficients.Length];
        for (int i = 0; i < coefficients.Length; i++)
        {
            TField magnitude = TField.FromUInt64((ulong)Math.Abs(coefficients[i]));
            _coefficients[i] = coefficients[i] < 0 ? -magnitude : magnitude;
        }
    }

    public override int Arity => 1;

    public override int Degree => _coefficients.Length - 1;

    public override TField Eval(ReadOnlySpan<TField> inputs) => Evaluate(inputs[0]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvalPoly(
        WireExtension<TField> extension, ReadOnlySpan<TField> wires, Span<TField> sum, Span<TField> scratch)
    {
        Span<TField> values = scratch[..sum.Length];
        wires.CopyTo(values);
        extension.Extend(values, scratch[sum.Length..]);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += Evaluate(values[i]);
        }
    }

    private TField Evaluate(TField x)
    {
        TField value = _coefficients[^1];
        for (int i = _coefficients.Length - 2; i >= 0; i--)
        {
            value = (value * x) + _coefficients[i];
        }

        return value;
    }
}
