using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Janus.Vdaf.Fields;

/// <summary>Branch-free carry arithmetic on 64-bit limbs.</summary>
internal static class Limbs
{
    /// <summary>One for true, zero for false, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bit(bool condition) => Unsafe.BitCast<bool, byte>(condition);

    /// <summary>The product of two limbs: its upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Multiply(ulong a, ulong b, out ulong low)
    {
        if (!Bmi2.X64.IsSupported)
        {
            return Math.BigMul(a, b, out low);
        }

        // BigMul's lower limb would take the way through memory: a second multiplication is faster.
        low = a * b;
        return Bmi2.X64.MultiplyNoFlags(a, b);
    }

    /// <summary>Adds to a limb, and returns the carry: zero or one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ref ulong limb, ulong addend)
    {
        limb += addend;
        return Bit(limb < addend);
    }

    /// <summary>Takes off a limb, and returns the borrow: zero or one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Subtract(ref ulong limb, ulong subtrahend)
    {
        ulong borrow = Bit(limb < subtrahend);
        limb -= subtrahend;
        return borrow;
    }

    /// <summary>Adds two limbs and a carry of zero or one; <paramref name="carry"/> becomes the carry out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        ulong partial = a + b;
        ulong sum = partial + carry;
        carry = Bit(partial < a) | Bit(sum < partial);
        return sum;
    }
}
