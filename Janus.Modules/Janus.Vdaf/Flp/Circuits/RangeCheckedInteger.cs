using System.Numerics;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>
/// The encoding of an integer up to a maximum as a weighted sum of bits, whose last weight makes all weights add
/// up to the maximum: VDAF §7.4.2 (Prio3Sum).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class RangeCheckedInteger<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly ulong _restAllOnes;
    private readonly ulong _lastWeight;
    private readonly TField[] _weights;

    /// <summary>Computes the weights for a maximum above zero.</summary>
    public RangeCheckedInteger(ulong maximum)
    {
        Maximum = maximum;
        Bits = BitOperations.Log2(maximum) + 1;
        _restAllOnes = (1UL << (Bits - 1)) - 1;
        _lastWeight = maximum - _restAllOnes;
        _weights = new TField[Bits];
        for (int bit = 0; bit < Bits - 1; bit++)
        {
            _weights[bit] = TField.FromUInt64(1UL << bit);
        }

        _weights[^1] = TField.FromUInt64(_lastWeight);
    }

    /// <summary>The largest integer that can be encoded.</summary>
    public ulong Maximum { get; }

    /// <summary>The number of elements of an encoded integer.</summary>
    public int Bits { get; }

    /// <summary>Encodes a measurement that is a number.</summary>
    /// <exception cref="InvalidMeasurementException">It is above the maximum, or a vector.</exception>
    public void EncodeNumber(Measurement measurement, Span<TField> encoded)
    {
        ulong value = measurement.AsNumber();
        if (value > Maximum)
        {
            throw new InvalidMeasurementException($"measurement {value} is above the maximum {Maximum}");
        }

        Encode(value, encoded);
    }

    /// <summary>Encodes a measurement that is a vector of <paramref name="length"/> numbers, one behind the other.</summary>
    /// <exception cref="InvalidMeasurementException">An element is above the maximum, or it is no vector of that length.</exception>
    public void EncodeVector(Measurement measurement, int length, Span<TField> encoded)
    {
        ReadOnlySpan<ulong> vector = measurement.AsVector(length);
        for (int i = 0; i < vector.Length; i++)
        {
            if (vector[i] > Maximum)
            {
                throw new InvalidMeasurementException($"element {i} of the measurement, {vector[i]}, is above the maximum {Maximum}");
            }

            Encode(vector[i], encoded.Slice(i * Bits, Bits));
        }
    }

    /// <summary>Encodes an integer that is at most the maximum, without branching on it.</summary>
    public void Encode(ulong value, Span<TField> encoded)
    {
        ulong last = Limbs.Bit(value > _restAllOnes);
        ulong rest = value - (_lastWeight & (0UL - last));
        for (int bit = 0; bit < Bits - 1; bit++)
        {
            encoded[bit] = TField.FromUInt64((rest >> bit) & 1);
        }

        encoded[Bits - 1] = TField.FromUInt64(last);
    }

    /// <summary>Decodes an integer, or a share of one.</summary>
    public TField Decode(ReadOnlySpan<TField> encoded) =>
        Maximum == 1 ? encoded[0] : TField.InnerProduct(_weights, encoded);

    /// <summary>Decodes as many integers, or shares of them, as <paramref name="decoded"/> has room for.</summary>
    public void DecodeVector(ReadOnlySpan<TField> encoded, Span<TField> decoded)
    {
        for (int i = 0; i < decoded.Length; i++)
        {
            decoded[i] = Decode(encoded.Slice(i * Bits, Bits));
        }
    }
}
