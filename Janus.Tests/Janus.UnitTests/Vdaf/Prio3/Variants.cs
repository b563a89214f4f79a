using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

/// <summary>One of each variant in several sizes, with measurements drawn at random and summed in the clear.</summary>
internal sealed record Variant(Prio3 Vdaf, Func<Random, ulong[]> Draw, Func<ulong[], Measurement> ToMeasurement, Func<ulong[], ulong[]> ToOutput)
{
    public static IEnumerable<Variant> All(int shares)
    {
        yield return Number(Prio3.Count(shares), 1);
        foreach (ulong maximum in new ulong[] { 1, 2, 3, 255, 256, 1000, uint.MaxValue, 1UL << 58 })
        {
            yield return Number(Prio3.Sum(maximum, shares), maximum);
        }

        foreach ((int length, ulong maximum, int chunk) in new[] { (1, 1UL, 1), (10, 255UL, 9), (7, 5UL, 100), (33, 1UL, 6), (5, ulong.MaxValue, 18) })
        {
            yield return Vector(Prio3.SumVec(length, maximum, chunk, shares), length, maximum);
        }

        yield return Vector(Prio3.SumVecWithMultiproof(Prio3Field.Field64, 3, 10, 255, 9, shares), 10, 255);
        yield return Vector(Prio3.SumVecWithMultiproof(Prio3Field.Field128, 2, 4, 6, 5, shares), 4, 6);
        foreach ((int length, int chunk) in new[] { (1, 1), (2, 1), (4, 2), (11, 3), (100, 10), (100, 7), (5, 64) })
        {
            yield return Histogram(Prio3.Histogram(length, chunk, shares), length);
        }

        foreach (Variant variant in OfDraft08(shares))
        {
            yield return variant;
        }

        foreach ((int length, int weight, int chunk) in new[] { (1, 1, 1), (4, 2, 2), (10, 5, 3), (17, 17, 4), (8, 6, 3) })
        {
            yield return Multihot(Prio3.MultihotCountVec(length, weight, chunk, shares), length, weight);
        }
    }

    public static IEnumerable<Variant> OfDraft08(int shares)
    {
        VdafDraft draft = VdafDraft.Draft08;
        yield return Number(Prio3.Count(shares, draft), 1);
        foreach (ulong maximum in new ulong[] { 1, 3, 255, ulong.MaxValue })
        {
            yield return Number(Prio3.Sum(maximum, shares, draft), maximum);
        }

        foreach ((int length, ulong maximum, int chunk) in new[] { (1, 1UL, 1), (10, 255UL, 9), (33, 1UL, 6), (5, ulong.MaxValue, 18) })
        {
            yield return Vector(Prio3.SumVec(length, maximum, chunk, shares, draft), length, maximum);
        }

        yield return Vector(Prio3.SumVecWithMultiproof(Prio3Field.Field64, 3, 10, 255, 9, shares, draft), 10, 255);
        foreach ((int length, int chunk) in new[] { (1, 1), (4, 2), (11, 3), (100, 7), (5, 64) })
        {
            yield return Histogram(Prio3.Histogram(length, chunk, shares, draft), length);
        }
    }

    /// <summary>A context, or the empty one if the draft has none.</summary>
    public static byte[] ContextOf(IVdaf vdaf) => vdaf is Prio3 { Draft.MaximumContextLength: 0 } ? [] : [.. "a context"u8];

    public override string ToString() =>
        $"{Vdaf.Name} with {Vdaf.Shares} shares{(Vdaf.Draft == VdafDraft.Newest ? string.Empty : $" of draft {Vdaf.Draft.Version}")}";

    private static Variant Number(Prio3 vdaf, ulong maximum) =>
        new(vdaf, random => [UpTo(random, maximum)], values => Measurement.FromNumber(values[0]), values => values);

    private static Variant Vector(Prio3 vdaf, int length, ulong maximum) => new(
        vdaf,
        random => [.. Enumerable.Range(0, length).Select(_ => UpTo(random, maximum))],
        values => Measurement.FromVector(values),
        values => values);

    private static Variant Histogram(Prio3 vdaf, int length) => new(
        vdaf,
        random => [(ulong)random.Next(length)],
        values => Measurement.FromNumber(values[0]),
        values => [.. Enumerable.Range(0, length).Select(bucket => (ulong)bucket == values[0] ? 1UL : 0)]);

    private static Variant Multihot(Prio3 vdaf, int length, int weight) => new(
        vdaf,
        random =>
        {
            ulong[] bits = new ulong[length];
            for (int i = random.Next(weight + 1); i > 0; i--)
            {
                bits[random.Next(length)] = 1;
            }

            return bits;
        },
        values => Measurement.FromBits([.. values.Select(value => value == 1)]),
        values => values);

    // The ends of the range come up often.
    private static ulong UpTo(Random random, ulong maximum) => random.Next(4) switch
    {
        0 => 0,
        1 => maximum,
        _ => maximum == ulong.MaxValue ? (ulong)random.NextInt64() * 2 : (ulong)random.NextInt64(0, (long)Math.Min(maximum, long.MaxValue - 1) + 1),
    };
}
