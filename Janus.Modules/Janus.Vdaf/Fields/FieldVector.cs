using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields;

/// <summary>Encoding of, and arithmetic on, vectors of any field: VDAF §6.1.1 (Auxiliary Functions).</summary>
internal static class FieldVector
{
    /// <summary>
    /// Decodes exactly as many elements as <paramref name="vector"/> holds, and tells whether all were below the modulus.
    /// </summary>
    public static bool TryDecode<TField>(ReadOnlySpan<byte> encoded, Span<TField> vector)
        where TField : unmanaged, IScalarField<TField>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(encoded.Length, vector.Length * TField.EncodedSize);
        bool valid = true;
        for (int i = 0; i < vector.Length; i++)
        {
            valid &= TField.TryRead(encoded.Slice(i * TField.EncodedSize, TField.EncodedSize), out vector[i]);
        }

        return valid;
    }

    /// <summary>Encodes a vector; the buffer has exactly the encoded length.</summary>
    public static void Encode<TField>(ReadOnlySpan<TField> vector, Span<byte> encoded)
        where TField : unmanaged, IScalarField<TField>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(encoded.Length, vector.Length * TField.EncodedSize);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i].Write(encoded.Slice(i * TField.EncodedSize, TField.EncodedSize));
        }
    }

    /// <summary>The decoding of rows for a field of one lane, of which at most one row is there.</summary>
    /// <returns>One if an element is not below the modulus.</returns>
    public static ulong DecodeRow<TField>(ReadOnlySpan<byte> rows, int count, Span<TField> vector)
        where TField : unmanaged, IScalarField<TField>
    {
        if (count == 0)
        {
            vector.Clear();
            return 0;
        }

        return Limbs.Bit(!TryDecode(rows[..(vector.Length * TField.EncodedSize)], vector));
    }

    /// <summary>The encoding of rows for a field of one lane, of which at most one row is there.</summary>
    public static void EncodeRow<TField>(ReadOnlySpan<TField> vector, Span<byte> rows, int count)
        where TField : unmanaged, IScalarField<TField>
    {
        if (count > 0)
        {
            Encode(vector, rows[..(vector.Length * TField.EncodedSize)]);
        }
    }

    /// <summary>Adds <paramref name="right"/> to <paramref name="left"/> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TField>(Span<TField> left, ReadOnlySpan<TField> right)
        where TField : unmanaged, IField<TField>
    {
        for (int i = 0; i < left.Length; i++)
        {
            left[i] += right[i];
        }
    }

    /// <summary>Subtracts <paramref name="right"/> from <paramref name="left"/> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract<TField>(Span<TField> left, ReadOnlySpan<TField> right)
        where TField : unmanaged, IField<TField>
    {
        for (int i = 0; i < left.Length; i++)
        {
            left[i] -= right[i];
        }
    }
}
