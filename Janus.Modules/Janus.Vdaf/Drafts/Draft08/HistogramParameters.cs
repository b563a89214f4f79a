using Janus.Vdaf.Drafts.Draft08.Circuits;
using Janus.Vdaf.Flp;

namespace Janus.Vdaf.Drafts.Draft08;

/// <summary>Prio3Histogram of draft 08.</summary>
internal sealed record HistogramParameters(int Length, int ChunkLength) : CircuitParameters
{
    public override Circuit<TField> Create<TField>() => new Histogram<TField>(Length, ChunkLength);
}
