using System.Runtime.Intrinsics;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.Benchmarks.Vdaf;

/// <summary>The operations of a field under one instruction set, each on <see cref="Reports"/> vectors of one size.</summary>
internal abstract class FieldWork
{
    /// <summary>The number of reports that an operation works on: the most lanes there are.</summary>
    public const int Reports = 8;

    /// <summary>Prepares vectors of 2^<paramref name="logSize"/> random elements.</summary>
    public static FieldWork Create(string field, string instructionSet, int logSize) => (field, InstructionSets.Choose(instructionSet)) switch
    {
        (nameof(Field64), InstructionSet.Scalar) => new FieldWork<Field64, XofGroup<Field64>>(logSize),
        (nameof(Field64), InstructionSet.Avx2) => OnLanes<Avx2Lanes, Vector256<ulong>, Field64Lanes<Avx2Lanes, Vector256<ulong>>>(logSize),
        (nameof(Field64), InstructionSet.Avx512) => OnLanes<Avx512Lanes, Vector512<ulong>, Field64Lanes<Avx512Lanes, Vector512<ulong>>>(logSize),
        (nameof(Field128), InstructionSet.Scalar) => new FieldWork<Field128, XofGroup<Field128>>(logSize),
        (nameof(Field128), InstructionSet.Avx2) => OnLanes<Avx2Lanes, Vector256<ulong>, Field128Lanes<Avx2Lanes, Vector256<ulong>>>(logSize),
        (nameof(Field128), InstructionSet.Avx512) => OnLanes<Avx512Lanes, Vector512<ulong>, Field128Lanes<Avx512Lanes, Vector512<ulong>>>(logSize),
        _ => throw new ArgumentException($"there is no {field} for {instructionSet}", nameof(field)),
    };

    /// <summary>Adds one vector to another.</summary>
    public abstract void Add();

    /// <summary>Multiplies two vectors element by element.</summary>
    public abstract void Multiply();

    /// <summary>Scales a vector by prepared factors.</summary>
    public abstract void Scale();

    /// <summary>The inner product of two vectors.</summary>
    public abstract void InnerProduct();

    /// <summary>Expands a seed into a vector.</summary>
    public abstract void Expand();

    /// <summary>From values to coefficients.</summary>
    public abstract void InverseTransform();

    /// <summary>From coefficients to values.</summary>
    public abstract void ForwardTransform();

    /// <summary>From a polynomial's values to twice as many.</summary>
    public abstract void Double();

    /// <summary>The basis polynomials at a point.</summary>
    public abstract void EvaluateBasis();

    /// <summary>A polynomial at a point.</summary>
    public abstract void Interpolate();

    /// <summary>The verifier's bit check of a vector, in about as many calls as places.</summary>
    public abstract void QueryBitCheck();

    /// <summary>The prover's bit check of a vector, in about as many calls as places.</summary>
    public abstract void ProveBitCheck();

    private static FieldWork<TField, XofGroupLanes<TLanes, TVector, TField>> OnLanes<TLanes, TVector, TField>(int logSize)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
        where TField : unmanaged, ILaneField<TField> => new(logSize);
}
