using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp.Circuits;
using Janus.Vdaf.Vectors;

namespace Janus.Vdaf.Flp;

/// <summary>A validity circuit before its field is chosen, since each instruction set has fields of its own.</summary>
internal abstract record CircuitParameters
{
    /// <summary>Makes the circuit over a field.</summary>
    public abstract Circuit<TField> Create<TField>()
        where TField : unmanaged, INttField<TField>;

    /// <summary>Prio3Count.</summary>
    public sealed record OfCount : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new Count<TField>();
    }

    /// <summary>Prio3Sum.</summary>
    public sealed record OfSum(ulong MaxMeasurement) : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new Sum<TField>(MaxMeasurement);
    }

    /// <summary>Prio3SumVec.</summary>
    public sealed record OfSumVec(int Length, ulong MaxMeasurement, int ChunkLength) : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new SumVec<TField>(Length, MaxMeasurement, ChunkLength);
    }

    /// <summary>Prio3Histogram.</summary>
    public sealed record OfHistogram(int Length, int ChunkLength) : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new Histogram<TField>(Length, ChunkLength);
    }

    /// <summary>Prio3MultihotCountVec.</summary>
    public sealed record OfMultihotCountVec(int Length, int MaxWeight, int ChunkLength) : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new MultihotCountVec<TField>(Length, MaxWeight, ChunkLength);
    }

    /// <summary>The circuit of the published vectors that exercises a gadget of degree three.</summary>
    public sealed record OfHigherDegree : CircuitParameters
    {
        public override Circuit<TField> Create<TField>() => new HigherDegree<TField>();
    }
}
