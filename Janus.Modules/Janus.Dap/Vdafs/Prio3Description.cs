using System.Numerics;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>A Prio3 with its parameters: VDAF §7.4 (prio3-instantiations).</summary>
public abstract record Prio3Description : VdafDescription
{
    private const int SeedSize = 32;

    private protected Prio3Description()
    {
    }

    /// <inheritdoc/>
    public sealed override int VerifyKeySize => SeedSize;

    /// <inheritdoc/>
    public sealed override VdafSizes Sizes => Shape.Sizes;

    /// <inheritdoc/>
    public sealed override BigInteger Modulus => Field is Prio3Field.Field64
        ? (BigInteger.One << 64) - (BigInteger.One << 32) + 1
        : (BigInteger.One << 128) - (7 * (BigInteger.One << 66)) + 1;

    /// <inheritdoc/>
    public abstract override Prio3 ToVdaf();

    private protected abstract Prio3Field Field { get; }

    private protected abstract Prio3Shape Shape { get; }

    private protected int ElementSize => Field is Prio3Field.Field64 ? 8 : 16;

    /// <summary>The bits that numbers up to a maximum are encoded in; one for zero, which is out of range.</summary>
    private protected static int BitsOf(ulong maximum) => BitOperations.Log2(maximum | 1) + 1;
}
