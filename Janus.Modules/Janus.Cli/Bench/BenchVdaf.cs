using System.Globalization;
using System.Numerics;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Cli.Bench;

/// <summary>A VDAF to measure, under the name that figures are published with.</summary>
/// <remarks>
/// Prio3SumVec is written with its maximum first, as the literature does; <see cref="Vdaf.IVdaf.Name"/> has the length first.
/// </remarks>
internal sealed record BenchVdaf(VdafDescription Description)
{
    private const int HugeShare = 800_000;
    private const int HugeBatch = 8;
    private const int UsualBatch = 256;

    /// <summary>What is measured unless something else is asked for.</summary>
    public static IReadOnlyList<BenchVdaf> Defaults { get; } =
    [
        new(VdafDescription.Count()),
        new(VdafDescription.Sum(255)),
        new(VdafDescription.Sum(uint.MaxValue)),
        new(VdafDescription.SumVec(1_000, 1, 32)),
        new(VdafDescription.SumVec(100_000, 1, 316)),
        new(VdafDescription.Histogram(100, 10)),
        new(VdafDescription.Histogram(10_000, 100)),
        new(VdafDescription.MultihotCountVec(100, 10, 10)),
    ];

    /// <summary>The name and all parameters, such as <c>Prio3Histogram(100,10)</c>.</summary>
    public string Name
    {
        get
        {
            IEnumerable<BigInteger> parameters = Order(Description.Entry).Select(index => Description.Parameters[index]);
            string list = string.Join(',', parameters.Select(parameter => parameter.ToString(CultureInfo.InvariantCulture)));
            return list.Length == 0 ? Description.Entry.Name : $"{Description.Entry.Name}({list})";
        }
    }

    /// <summary>The number of reports of a batch unless another one is asked for: few when a measurement is huge.</summary>
    public int DefaultBatch => Description.Sizes.LeaderInputShare > HugeShare ? HugeBatch : UsualBatch;

    /// <summary>Reads such a name, or the short text of a VDAF that the other commands take, such as <c>histogram:100:10</c>.</summary>
    /// <exception cref="FormatException">The text is neither; the message lists what is known.</exception>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static BenchVdaf Parse(string text)
    {
        string trimmed = text.Trim();
        if (!trimmed.StartsWith("Prio3", StringComparison.OrdinalIgnoreCase))
        {
            return new(ParseShort(text));
        }

        int open = trimmed.IndexOf('(', StringComparison.Ordinal);
        string name = open < 0 ? trimmed : trimmed[..open];
        string[] parameters = open < 0 ? [] : trimmed.EndsWith(')') ? trimmed[(open + 1)..^1].Split(',') : throw Unknown(text);
        VdafEntry? entry = VdafRegistry.All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (entry is null || !entry.Takes(parameters.Length))
        {
            throw Unknown(text);
        }

        int[] order = Order(entry);
        string[] inOrder = [.. Enumerable.Range(0, parameters.Length).Select(index => parameters[Array.IndexOf(order, index)].Trim())];
        return new(entry.Parse(text, inOrder).Vdaf);
    }

    // Which parameter of the text form stands where in the name: the maximum comes first.
    private static int[] Order(VdafEntry entry) =>
        [.. Enumerable.Range(0, entry.ParameterNames.Count).OrderBy(index => entry.ParameterNames[index] == "MAX" ? 0 : 1)];

    private static string Syntax(VdafEntry entry)
    {
        IEnumerable<string> names = Order(entry).Select((index, place) =>
            $"{(index < entry.RequiredParameters ? "" : "[")}{(place == 0 ? "" : ",")}{entry.ParameterNames[index]}{(index < entry.RequiredParameters ? "" : "]")}");
        return entry.ParameterNames.Count == 0 ? entry.Name : $"{entry.Name}({string.Concat(names)})";
    }

    private static VdafDescription ParseShort(string text)
    {
        try
        {
            return VdafDescription.Parse(text);
        }
        catch (UnsupportedVdafException failure) when (!text.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException(Unknown(text).Message, failure);
        }
    }

    private static FormatException Unknown(string text)
    {
        string[] known = [.. VdafRegistry.All.Select(Syntax)];
        return new($"{Quote.Of(text)}: {string.Join(", ", known[..^1])} or {known[^1]} expected");
    }
}
