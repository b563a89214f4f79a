using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields.Kernels;

/// <summary>The five digits of a number in memory: see <see cref="Field128Digits{TLanes, TVector}"/>.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
[InlineArray(5)]
internal struct Digits<TVector>
    where TVector : unmanaged
{
    private TVector _digit;
}
