using System.Numerics;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.Vdaf;

/// <content>Noise for differential privacy, in the form of an aggregate share.</content>
public abstract partial class Prio3
{
    /// <summary>The modulus of the field in which aggregate shares are added up.</summary>
    public abstract UInt128 Modulus { get; }

    /// <summary>
    /// Draws noise for every element of an aggregate result, encoded as an aggregate share so that
    /// <see cref="Merge"/> adds it. A negative number −x is the element p − x; numbers beyond the modulus wrap around.
    /// </summary>
    /// <param name="distribution">The distribution of each element, independent of the others.</param>
    /// <param name="source">Where the randomness comes from.</param>
    /// <returns>As many bytes as an aggregate share has: a secret.</returns>
    public byte[] DrawNoise(NoiseDistribution distribution, IUniformSource source)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        byte[] share = new byte[EncodedOutShareLength];
        BigInteger modulus = Modulus;
        for (int offset = 0; offset < share.Length; offset += _elementSize)
        {
            BigInteger element = BigInteger.Remainder(distribution.Sample(source), modulus);
            element += element.Sign < 0 ? modulus : BigInteger.Zero;
            element.TryWriteBytes(share.AsSpan(offset, _elementSize), out _, isUnsigned: true);
        }

        return share;
    }
}
