using System.Numerics;
using System.Text.Json.Serialization;
using Janus.Cli.Values;

namespace Janus.Cli.Files;

/// <summary>The aggregate result of a batch, as programs read it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="ReportCount">The number of reports in the batch.</param>
/// <param name="Interval">The smallest interval that contains all of them, start/duration.</param>
/// <param name="Labels">What the elements of the result are.</param>
/// <param name="AggregateResult">The elements, as numbers of any size; noise may have made some negative.</param>
internal sealed record CollectedAggregate(
    string TaskId,
    ulong ReportCount,
    string Interval,
    IReadOnlyList<string> Labels,
    [property: JsonConverter(typeof(WholeNumbersConverter))] IReadOnlyList<BigInteger> AggregateResult)
{
    /// <summary>Whether so many reports can add up to more than the field holds: elements may be wrong by a multiple of its modulus.</summary>
    public bool PossiblyWrapped { get; init; }

    /// <summary>The noise that the Aggregators are to add, each its own; absent without noise.</summary>
    public string? DifferentialPrivacy { get; init; }

    /// <summary>The standard deviation that both Aggregators' noise gives an element, at most; absent without noise.</summary>
    public double? StandardDeviation { get; init; }
}
