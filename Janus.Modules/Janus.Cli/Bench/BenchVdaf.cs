using System.Globalization;
using System.Numerics;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Bench;

/// <summary>A VDAF to measure, under the name that figures are published with.</summary>
/// <remarks>
/// Prio3SumVec is written with its maximum first, as the literature does; <see cref="Vdaf.IVdaf.Name"/> has the length first.
/// </remarks>
internal sealed record BenchVdaf(VdafDescription Description)
{
    private const int HugeLength = 50_000;
    private const int HugeBatch = 8;
    private const int UsualBatch = 256;

    private const string Known =
        "Prio3Count, Prio3Sum(MAX), Prio3SumVec(MAX,LENGTH[,CHUNK]), Prio3Histogram(LENGTH[,CHUNK]) or Prio3MultihotCountVec(LENGTH,MAXWEIGHT[,CHUNK])";

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
    public string Name => Description.Type switch
    {
        VdafType.Prio3Count => "Prio3Count",
        VdafType.Prio3Sum => Invariant($"Prio3Sum({Description.Maximum})"),
        VdafType.Prio3SumVec => Invariant($"Prio3SumVec({Description.Maximum},{Description.Length},{Description.ChunkLength})"),
        VdafType.Prio3Histogram => Invariant($"Prio3Histogram({Description.Length},{Description.ChunkLength})"),
        _ => Invariant($"Prio3MultihotCountVec({Description.Length},{Description.Maximum},{Description.ChunkLength})"),
    };

    /// <summary>The number of reports of a batch unless another one is asked for: few when a measurement is huge.</summary>
    public int DefaultBatch => (long)Description.Length * (BitOperations.Log2(Description.Maximum) + 1) > HugeLength ? HugeBatch : UsualBatch;

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
        string name = (open < 0 ? trimmed : trimmed[..open]).ToUpperInvariant();
        string[] parameters = open < 0 ? [] : trimmed.EndsWith(')') ? trimmed[(open + 1)..^1].Split(',') : throw Unknown(text);
        return new((name, parameters.Length) switch
        {
            ("PRIO3COUNT", 0) => VdafDescription.Count(),
            ("PRIO3SUM", 1) => VdafDescription.Sum(Number<ulong>(0)),
            ("PRIO3SUMVEC", 2 or 3) => VdafDescription.SumVec(Number<int>(1), Number<ulong>(0), Chunk(2)),
            ("PRIO3HISTOGRAM", 1 or 2) => VdafDescription.Histogram(Number<int>(0), Chunk(1)),
            ("PRIO3MULTIHOTCOUNTVEC", 2 or 3) => VdafDescription.MultihotCountVec(Number<int>(0), Number<ulong>(1), Chunk(2)),
            _ => throw Unknown(text),
        });

        TNumber Number<TNumber>(int index)
            where TNumber : IBinaryInteger<TNumber> =>
            TNumber.TryParse(parameters[index].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out TNumber? number)
                ? number
                : throw new FormatException($"{Quote.Of(text)}: a number expected, {Quote.Of(parameters[index])} given");

        int? Chunk(int index) => index < parameters.Length ? Number<int>(index) : null;
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

    private static FormatException Unknown(string text) => new($"{Quote.Of(text)}: {Known} expected");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
