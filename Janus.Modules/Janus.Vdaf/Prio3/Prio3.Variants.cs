using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;

namespace Janus.Vdaf;

/// <content>The variants of Prio3: VDAF §7.4 (prio3-instantiations).</content>
public abstract partial class Prio3
{
    /// <summary>The code point that is reserved for testing and experiments.</summary>
    public const uint ExperimentalAlgorithmId = 0xFFFF_FFFF;

    /// <summary>The largest number of elements of an encoded measurement, and of a chunk.</summary>
    public const int MaximumEncodedLength = 1 << 24;

    /// <summary>Counts the measurements that are one, out of zeros and ones: VDAF §7.4.1 (Prio3Count).</summary>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">The number of shares is out of range.</exception>
    public static Prio3 Count(int shares = 2, VdafDraft? draft = null) => (draft ?? VdafDraft.Newest).CreateCount(shares);

    /// <summary>
    /// Sums numbers up to a maximum: VDAF §7.4.2 (Prio3Sum). The sum over a batch wraps around at 2^64 − 2^32 + 1.
    /// </summary>
    /// <param name="maxMeasurement">The largest measurement, 1 to 2^63 − 1.</param>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Prio3 Sum(ulong maxMeasurement, int shares = 2, VdafDraft? draft = null) =>
        (draft ?? VdafDraft.Newest).CreateSum(maxMeasurement, shares);

    /// <summary>Sums vectors of numbers up to a maximum: VDAF §7.4.3 (Prio3SumVec).</summary>
    /// <param name="length">The number of elements of a measurement.</param>
    /// <param name="maxMeasurement">The largest element.</param>
    /// <param name="chunkLength">The chunk length: see <see cref="OptimalChunkLength"/>.</param>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Prio3 SumVec(int length, ulong maxMeasurement, int chunkLength, int shares = 2, VdafDraft? draft = null) =>
        (draft ?? VdafDraft.Newest).CreateSumVec(length, maxMeasurement, chunkLength, shares);

    /// <summary>
    /// Sums vectors of numbers up to a maximum, with several proofs in a field of choice: an experimental variant,
    /// VDAF §7.1.2 (multiproofs).
    /// </summary>
    /// <param name="field">The field; the smaller one needs more proofs for the same soundness.</param>
    /// <param name="proofs">The number of proofs, 1 to 255.</param>
    /// <param name="length">The number of elements of a measurement.</param>
    /// <param name="maxMeasurement">The largest element.</param>
    /// <param name="chunkLength">The chunk length: see <see cref="OptimalChunkLength"/>.</param>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Prio3 SumVecWithMultiproof(
        Prio3Field field,
        int proofs,
        int length,
        ulong maxMeasurement,
        int chunkLength,
        int shares = 2,
        VdafDraft? draft = null)
    {
        draft ??= VdafDraft.Newest;
        return field switch
        {
            Prio3Field.Field64 => draft.CreateSumVecWithMultiproof<Field64>(proofs, length, maxMeasurement, chunkLength, shares),
            Prio3Field.Field128 => draft.CreateSumVecWithMultiproof<Field128>(proofs, length, maxMeasurement, chunkLength, shares),
            _ => throw new ArgumentException($"field {field} is not known", nameof(field)),
        };
    }

    /// <summary>Counts how often each bucket was chosen: VDAF §7.4.4 (Prio3Histogram).</summary>
    /// <param name="length">The number of buckets.</param>
    /// <param name="chunkLength">The chunk length: see <see cref="OptimalChunkLength"/>.</param>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Prio3 Histogram(int length, int chunkLength, int shares = 2, VdafDraft? draft = null) =>
        (draft ?? VdafDraft.Newest).CreateHistogram(length, chunkLength, shares);

    /// <summary>
    /// Counts, per position, the ones in bit vectors with a bounded number of ones: VDAF §7.4.5 (Prio3MultihotCountVec).
    /// </summary>
    /// <param name="length">The number of bits of a measurement.</param>
    /// <param name="maxWeight">The largest number of ones in a measurement, 1 to <paramref name="length"/>.</param>
    /// <param name="chunkLength">The chunk length: see <see cref="OptimalChunkLength"/>.</param>
    /// <param name="shares">The number of aggregators.</param>
    /// <param name="draft">The draft of the specification: by default the newest one.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static Prio3 MultihotCountVec(
        int length, int maxWeight, int chunkLength, int shares = 2, VdafDraft? draft = null) =>
        (draft ?? VdafDraft.Newest).CreateMultihotCountVec(length, maxWeight, chunkLength, shares);

    /// <summary>
    /// The chunk length with the least communication for an encoded measurement of a length: near its square root,
    /// VDAF §7.4.3.1 (parallel-sum-chunk-length).
    /// </summary>
    /// <param name="encodedLength">
    /// The number of bits in an encoded measurement: for Prio3SumVec the length times the bits of the maximum, for
    /// Prio3Histogram the length, for Prio3MultihotCountVec the length plus the bits of the maximum weight.
    /// </param>
    /// <exception cref="ArgumentException">The length is out of range.</exception>
    public static int OptimalChunkLength(int encodedLength)
    {
        Prio3Parameters.CheckPositive(encodedLength, MaximumEncodedLength, nameof(encodedLength));

        // A wire polynomial of p values has room for p − 1 calls; the proof and the verifier share together have
        // about 4·chunk + 2·p elements.
        long best = long.MaxValue;
        int bestChunk = encodedLength;
        for (long p = 2; p < 4L * encodedLength; p *= 2)
        {
            long chunk = (encodedLength + p - 2) / (p - 1);
            long cost = (4 * chunk) + (2 * p);
            if (cost < best)
            {
                (best, bestChunk) = (cost, (int)chunk);
            }
        }

        return bestChunk;
    }

    internal static Prio3 Create<TField>(
        VdafDraft draft, uint algorithmId, string name, int shares, int proofs, CircuitParameters parameters)
        where TField : unmanaged, IScalarField<TField>
    {
        if (shares is < 2 or > 255)
        {
            throw new ArgumentException($"shares {shares} is out of range: 2 to 255", nameof(shares));
        }

        Prio3Parameters.CheckPositive(proofs, 255, nameof(proofs));
        return new Prio3<TField>(draft, algorithmId, name, shares, proofs, parameters, InstructionSets.Current);
    }
}
