using Janus.Vdaf.Drafts.Draft08.Circuits;
using Janus.Vdaf.Flp;

namespace Janus.Vdaf.Drafts.Draft08;

/// <summary>Prio3SumVec of draft 08.</summary>
internal sealed record SumVecParameters(int Length, ulong MaxMeasurement, int ChunkLength) : CircuitParameters
{
    public override Circuit<TField> Create<TField>() => new SumVec<TField>(Length, MaxMeasurement, ChunkLength);
}
