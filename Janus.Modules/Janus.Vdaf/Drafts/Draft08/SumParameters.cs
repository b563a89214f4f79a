using Janus.Vdaf.Drafts.Draft08.Circuits;
using Janus.Vdaf.Flp;

namespace Janus.Vdaf.Drafts.Draft08;

/// <summary>Prio3Sum of draft 08.</summary>
internal sealed record SumParameters(ulong MaxMeasurement) : CircuitParameters
{
    public override Circuit<TField> Create<TField>() => new Sum<TField>(MaxMeasurement);
}
