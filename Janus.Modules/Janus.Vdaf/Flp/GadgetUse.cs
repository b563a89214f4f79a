using System.Numerics;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Flp;

/// <summary>
/// A gadget, the number of times a circuit calls it, and all that can be precomputed from the two.
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class GadgetUse<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>Precomputes the polynomial machinery for <paramref name="calls"/> calls.</summary>
    /// <param name="gadget">The gadget.</param>
    /// <param name="calls">The number of calls.</param>
    /// <param name="checksBits">See <see cref="ChecksBits"/>.</param>
    public GadgetUse(Gadget<TField> gadget, int calls, bool checksBits = false)
    {
        Gadget = gadget;
        ChecksBits = checksBits;
        Calls = calls;
        WirePolyLength = (int)BitOperations.RoundUpToPowerOf2((uint)calls + 1);
        GadgetPolyLength = (gadget.Degree * (WirePolyLength - 1)) + 1;
        GadgetValues = (int)BitOperations.RoundUpToPowerOf2((uint)GadgetPolyLength);
        WireBasis = new LagrangeBasis<TField>(BitOperations.Log2((uint)WirePolyLength));
        GadgetBasis = new LagrangeBasis<TField>(BitOperations.Log2((uint)GadgetValues));
        WireExtension = new WireExtension<TField>(WirePolyLength, GadgetValues);
    }

    /// <summary>The gadget.</summary>
    public Gadget<TField> Gadget { get; }

    /// <summary>The number of calls.</summary>
    public int Calls { get; }

    /// <summary>
    /// Whether the circuit makes all calls by <see cref="IGadgetCalls{TField}.CheckBits"/>: then the prover needs no memory
    /// for all the wires at once.
    /// </summary>
    public bool ChecksBits { get; }

    /// <summary>The number of input wires of the gadget.</summary>
    public int Arity => Gadget.Arity;

    /// <summary>The number of values of a wire polynomial: a power of two with room for the seed and every call.</summary>
    public int WirePolyLength { get; }

    /// <summary>The number of elements of the gadget polynomial in the proof, one more than its degree.</summary>
    public int GadgetPolyLength { get; }

    /// <summary>The number of values of the gadget polynomial at all roots of unity: a power of two.</summary>
    public int GadgetValues { get; }

    /// <summary>The distance, among the gadget polynomial's values, of those that are the gadget's outputs.</summary>
    public int OutputStep => GadgetValues / WirePolyLength;

    /// <summary>The basis of the wire polynomials.</summary>
    public LagrangeBasis<TField> WireBasis { get; }

    /// <summary>The basis of the gadget polynomial.</summary>
    public LagrangeBasis<TField> GadgetBasis { get; }

    /// <summary>From a wire polynomial to the nodes of the gadget polynomial.</summary>
    public WireExtension<TField> WireExtension { get; }
}
