namespace Janus.Vdaf;

/// <summary>
/// A client's measurement: a number (Prio3Count, Prio3Sum; for Prio3Histogram the bucket) or a vector of numbers
/// (Prio3SumVec, Prio3MultihotCountVec).
/// </summary>
/// <remarks>It is a secret: it prints as its type's name.</remarks>
public sealed class Measurement
{
    private readonly ulong _number;
    private readonly ulong[]? _vector;

    private Measurement(ulong number) => _number = number;

    private Measurement(ulong[] vector) => _vector = vector;

    /// <summary>A number, or the bucket of a histogram counted from zero.</summary>
    public static Measurement FromNumber(ulong number) => new(number);

    /// <summary>A vector of numbers.</summary>
    public static Measurement FromVector(params ReadOnlySpan<ulong> vector) => new(vector.ToArray());

    /// <summary>A vector of bits.</summary>
    public static Measurement FromBits(params ReadOnlySpan<bool> bits)
    {
        ulong[] vector = new ulong[bits.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            vector[i] = Fields.Limbs.Bit(bits[i]);
        }

        return new Measurement(vector);
    }

    /// <summary>The name of the type, never the measurement.</summary>
    public override string ToString() => nameof(Measurement);

    /// <summary>The number.</summary>
    /// <exception cref="InvalidMeasurementException">It is a vector.</exception>
    public ulong AsNumber() =>
        _vector is null ? _number : throw new InvalidMeasurementException("the measurement is a vector, a number was expected");

    /// <summary>The elements of the vector.</summary>
    /// <exception cref="InvalidMeasurementException">It is a number, or does not have this number of elements.</exception>
    public ReadOnlySpan<ulong> AsVector(int length)
    {
        if (_vector is null)
        {
            throw new InvalidMeasurementException($"the measurement is a number, a vector of {length} elements was expected");
        }

        return _vector.Length == length
            ? _vector
            : throw new InvalidMeasurementException($"the measurement has {_vector.Length} elements, {length} were expected");
    }
}
