using System.Globalization;
using System.Numerics;

using Janus.Codec;

namespace Janus.Dap;

/// <summary>The parameters of the text form of a VDAF, such as <c>10:255</c> of <c>sumvec:10:255</c>.</summary>
/// <param name="Text">The whole text, for messages.</param>
/// <param name="Parameters">The parameters, at least as many as have to be given.</param>
internal readonly record struct VdafText(string Text, IReadOnlyList<string> Parameters)
{
    /// <summary>The parameter as a length.</summary>
    /// <exception cref="UnsupportedVdafException">It is no number, or has more than 31 bits.</exception>
    public int Length(int index) => Number<int>(index, "length");

    /// <summary>The parameter as a length, or <see langword="null"/> if it is left out.</summary>
    /// <exception cref="UnsupportedVdafException">It is no number, or has more than 31 bits.</exception>
    public int? OptionalLength(int index) => index < Parameters.Count ? Length(index) : null;

    /// <summary>The parameter as a maximum.</summary>
    /// <exception cref="UnsupportedVdafException">It is no number, or has more than 64 bits.</exception>
    public ulong Maximum(int index) => Number<ulong>(index, "maximum");

    private T Number<T>(int index, string what)
        where T : IBinaryInteger<T> =>
        T.TryParse(Parameters[index], NumberStyles.None, CultureInfo.InvariantCulture, out T? number)
            ? number
            : throw new UnsupportedVdafException($"{Quote.Of(Text)}: expected a {what}, got {Quote.Of(Parameters[index])}");
}
