using System.Globalization;
using System.Numerics;

namespace Janus.Dap;

/// <summary>
/// Whether an aggregate result can be beyond the modulus of the field in which it is added up. It then wraps around: what is
/// seen differs from the truth by a multiple of the modulus, and nothing about it looks wrong.
/// </summary>
/// <remarks>
/// n reports add up to an element between 0 and S = n·MAX. Without noise it is found as long as S is below the modulus p. Noise may
/// make it smaller or larger by some N, and the element stands for a number from −N to S + N: it is found as long as S + 2·N is
/// below p. N is 128 standard deviations of each Aggregator's noise, which noise exceeds with a probability below 2^−180.
/// </remarks>
public sealed class WrapAround
{
    private const double StandardDeviations = 128;
    private const ulong PlausibleReports = 1_000_000;
    private const ulong PlausibleFactor = 100;

    private readonly VdafDescription _vdaf;
    private readonly BigInteger _noise;

    /// <summary>Computes the limits.</summary>
    /// <param name="vdaf">The task's VDAF.</param>
    /// <param name="noise">The noise that each of the two Aggregators adds, as far as is known.</param>
    /// <exception cref="UnsupportedVdafException">There is no noise for the VDAF.</exception>
    public WrapAround(VdafDescription vdaf, DifferentialPrivacyStrategy? noise = null)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        _vdaf = vdaf;
        _noise = noise is null
            ? BigInteger.Zero
            : 2 * new BigInteger(Math.Ceiling(StandardDeviations * noise.StandardDeviation(vdaf, aggregators: 1)));
        LargestBatch = BigInteger.Max(BigInteger.Zero, vdaf.Modulus - 1 - (2 * _noise)) / vdaf.MaximumElement;
    }

    /// <summary>The most reports whose result cannot wrap around.</summary>
    public BigInteger LargestBatch { get; }

    /// <summary>Whether the result of a batch may have wrapped around.</summary>
    public bool IsPossible(ulong reportCount) => reportCount > LargestBatch;

    /// <summary>Why a task with this minimum batch size is not to be, or <see langword="null"/>: already its smallest batch could wrap around.</summary>
    public string? FindMistake(ulong minBatchSize) => IsPossible(minBatchSize)
        ? $"{Possible(minBatchSize)}: {Remedy}"
        : null;

    /// <summary>
    /// What to warn of for a task with this minimum batch size, or <see langword="null"/>: a batch of a hundred times as many
    /// reports, or of a million, could wrap around.
    /// </summary>
    public string? FindRisk(ulong minBatchSize)
    {
        ulong plausible = minBatchSize < ulong.MaxValue / PlausibleFactor ? minBatchSize * PlausibleFactor : ulong.MaxValue;
        return IsPossible(Math.Max(plausible, PlausibleReports))
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the result of a batch of more than {LargestBatch:N0} {Reports(LargestBatch)} of {_vdaf} may be wrong: {Field}; choose a smaller maximum if batches may be that large")
            : null;
    }

    /// <summary>What a batch of so many reports can do, in a lower-case sentence.</summary>
    public string Possible(ulong reportCount)
    {
        string noise = _noise.IsZero ? "" : $" and the noise of both aggregators to {_noise} more or less";
        return string.Create(
            CultureInfo.InvariantCulture, $"{reportCount} {Reports(reportCount)} of {_vdaf} can add up to {_vdaf.MaximumElement * reportCount}{noise}, and {Field}");
    }

    private string Remedy => LargestBatch.IsZero
        ? "expected smaller measurements"
        : string.Create(CultureInfo.InvariantCulture, $"expected smaller measurements, or a minimum batch size of at most {LargestBatch}");

    private static string Reports(BigInteger count) => count.IsOne ? "report" : "reports";

    private string Field => string.Create(CultureInfo.InvariantCulture, $"sums wrap around at {_vdaf.Modulus}, the modulus of the field");
}
