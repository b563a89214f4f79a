using System.Numerics;
using Janus.Messages;

namespace Janus.Collector;

/// <summary>The aggregate result of one batch: DAP §4.6.6 (collect-finalization).</summary>
/// <param name="ReportCount">The number of reports in the batch.</param>
/// <param name="Interval">The smallest interval that contains the times of all reports of the batch.</param>
/// <param name="AggregateResult">
/// The elements of the result: one for Prio3Count and Prio3Sum. They are negative only where Aggregators have added noise, and
/// differ from the truth by multiples of a modulus only if <see cref="IsPossiblyWrapped"/>.
/// </param>
public sealed record CollectionResult(ulong ReportCount, Interval Interval, IReadOnlyList<BigInteger> AggregateResult)
{
    /// <summary>
    /// Whether so many reports can add up to more than the field holds in which they are added up: then an element may have
    /// wrapped around, and be wrong by a multiple of the modulus. <see cref="Dap.WrapAround"/> tells how many may be collected.
    /// </summary>
    public bool IsPossiblyWrapped { get; init; }

    /// <summary>The collection job, which the Leader still knows unless <see cref="JobDeleted"/>.</summary>
    public required CollectionJobHandle Job { get; init; }

    /// <summary>
    /// Whether the Leader has forgotten the job; if not, the same query gives this same batch again, also in
    /// leader-selected mode.
    /// </summary>
    public bool JobDeleted { get; init; }
}
