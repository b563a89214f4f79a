using Janus.Codec;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

[TestFixture]
internal sealed class Prio3ParameterTests
{
    private static readonly TestCaseData[] BadParameters =
    [
        Bad(() => Prio3.Count(1), "shares 1 is out of range: 2 to 255"),
        Bad(() => Prio3.Count(256), "shares 256 is out of range: 2 to 255"),
        Bad(() => Prio3.Sum(0), "maxMeasurement 0 is out of range: 1 to 2^63 - 1 in Field64"),
        Bad(() => Prio3.Sum(1UL << 63), "maxMeasurement 9223372036854775808 is out of range: 1 to 2^63 - 1 in Field64"),
        Bad(() => Prio3.SumVec(0, 1, 1), "length 0 is out of range: 1 to 16777216"),
        Bad(() => Prio3.SumVec(10, 1, 0), "chunkLength 0 is out of range: 1 to 16777216"),
        Bad(() => Prio3.SumVec(10, 0, 1), "maxMeasurement 0 is out of range: 1 to 2^64 - 1 in Field128"),
        Bad(
            () => Prio3.SumVec(1 << 24, 3, 1000),
            "a measurement would be encoded in 33554432 elements, at most 16777216 are supported"),
        Bad(() => Prio3.SumVecWithMultiproof(Prio3Field.Field64, 0, 1, 1, 1), "proofs 0 is out of range: 1 to 255"),
        Bad(() => Prio3.SumVecWithMultiproof(Prio3Field.Field64, 256, 1, 1, 1), "proofs 256 is out of range: 1 to 255"),
        Bad(() => Prio3.SumVecWithMultiproof(0, 1, 1, 1, 1), "field 0 is not known"),
        Bad(() => Prio3.Histogram(-1, 1), "length -1 is out of range: 1 to 16777216"),
        Bad(() => Prio3.Histogram(10, -1), "chunkLength -1 is out of range: 1 to 16777216"),
        Bad(() => Prio3.MultihotCountVec(5, 6, 2), "maxWeight 6 is out of range: 1 to the length 5"),
        Bad(() => Prio3.MultihotCountVec(5, 0, 2), "maxWeight 0 is out of range: 1 to the length 5"),
        Bad(() => Prio3.OptimalChunkLength(0), "encodedLength 0 is out of range: 1 to 16777216"),
    ];

    private static readonly TestCaseData[] BadMeasurements =
    [
        Refused(Prio3.Count(), Measurement.FromNumber(2), "measurement 2 is neither 0 nor 1"),
        Refused(Prio3.Count(), Measurement.FromVector(1), "the measurement is a vector, a number was expected"),
        Refused(Prio3.Sum(255), Measurement.FromNumber(300), "measurement 300 is above the maximum 255"),
        Refused(Prio3.SumVec(2, 7, 1), Measurement.FromVector(7, 8), "element 1 of the measurement, 8, is above the maximum 7"),
        Refused(Prio3.SumVec(2, 7, 1), Measurement.FromVector(7), "the measurement has 1 elements, 2 were expected"),
        Refused(Prio3.SumVec(2, 7, 1), Measurement.FromNumber(7), "the measurement is a number, a vector of 2 elements was expected"),
        Refused(Prio3.Histogram(10, 3), Measurement.FromNumber(12), "bucket 12 is out of range: the histogram has 10 buckets"),
        Refused(Prio3.MultihotCountVec(3, 2, 1), Measurement.FromBits(true, true, true), "the measurement's weight 3 is above the maximum 2"),
        Refused(Prio3.MultihotCountVec(3, 2, 1), Measurement.FromVector(2, 0, 0), "element 0 of the measurement, 2, is neither 0 nor 1"),
    ];

    [TestCaseSource(nameof(BadParameters))]
    public void Parameter_out_of_range_is_named(Func<object> create, string message)
    {
        Assert.That(() => create(), Throws.ArgumentException.With.Message.StartsWith(message));
    }

    [TestCaseSource(nameof(BadMeasurements))]
    public void Measurement_that_does_not_fit_is_refused_before_anything_is_written(Prio3 vdaf, Measurement measurement, string message)
    {
        byte[] publicShare = new byte[vdaf.PublicShareLength], inputShares = new byte[vdaf.InputSharesLength];
        byte[] rand = new byte[vdaf.RandSize];
        Array.Fill(rand, (byte)1);

        Assert.That(
            () => vdaf.Shard([], measurement, new byte[16], rand, publicShare, inputShares),
            Throws.TypeOf<InvalidMeasurementException>().With.Message.EqualTo(message));
        Assert.That(inputShares, Has.All.Zero);
        Assert.That(publicShare, Has.All.Zero);
    }

    [Test]
    public void Lengths_and_names_are_those_of_the_draft()
    {
        Prio3 histogram = Prio3.Histogram(100, 10);
        Prio3 sum = Prio3.Sum(255, shares: 3);

        Assert.Multiple(() =>
        {
            Assert.That(histogram.Name, Is.EqualTo("Prio3Histogram(100,10)"));
            Assert.That(histogram.AlgorithmId, Is.EqualTo(4));
            Assert.That(histogram.Rounds, Is.EqualTo(1));
            Assert.That(histogram.RandSize, Is.EqualTo(4 * 32));
            Assert.That(histogram.PublicShareLength, Is.EqualTo(2 * 32));
            Assert.That(histogram.InputShareLength(0), Is.EqualTo((16 * (100 + 20 + 31)) + 32));
            Assert.That(histogram.InputShareLength(1), Is.EqualTo(64));
            Assert.That(histogram.VerifierShareLength([], 0), Is.EqualTo((16 * 22) + 32));
            Assert.That(histogram.VerifierMessageLength([], 0), Is.EqualTo(32));
            Assert.That(histogram.AggShareLength([]), Is.EqualTo(1600));
            Assert.That(sum.RandSize, Is.EqualTo(3 * 32));
            Assert.That(sum.PublicShareLength, Is.Zero);
            Assert.That(sum.VerifierMessageLength([], 0), Is.Zero);
            Assert.That(sum.InputShareRange(2), Is.EqualTo((sum.InputShareLength(0) + 32)..(sum.InputShareLength(0) + 64)));
            Assert.That(
                new[] { Prio3.Count(), sum, Prio3.SumVec(1, 1, 1), histogram, Prio3.MultihotCountVec(1, 1, 1) }.Select(vdaf => vdaf.AlgorithmId),
                Is.EqualTo(new uint[] { 1, 2, 3, 4, 5 }));
        });
    }

    [Test]
    public void Optimal_chunk_length_is_not_beaten_by_any_other([Values(1, 2, 3, 10, 100, 101, 1000, 4095)] int length)
    {
        int best = Prio3.OptimalChunkLength(length);

        int Cost(int chunk) => Prio3.Histogram(length, chunk).InputShareLength(0) + Prio3.Histogram(length, chunk).VerifierShareLength([], 0);
        int[] chunks = [.. Enumerable.Range(1, Math.Min(length, 300))];
        Assert.That(Cost(best), Is.EqualTo(chunks.Min(Cost)));
    }

    [Test]
    public void Only_the_empty_aggregation_parameter_is_valid()
    {
        Prio3 vdaf = Prio3.Count();

        Assert.That(vdaf.IsValidAggParam([]), Is.True);
        Assert.That(vdaf.IsValidAggParam([0]), Is.False);
        Assert.That(vdaf.HasAggParam, Is.False);
        Assert.That(() => vdaf.AggInit([0], new byte[8]), Throws.ArgumentException);
        Assert.That(() => vdaf.VerifierShareLength([0], 0), Throws.ArgumentException);
        Assert.That(() => vdaf.VerifierShareLength([], 1), Throws.InstanceOf<ArgumentException>().With.Message.StartsWith("round 1 does not exist"));
    }

    [Test]
    public void Malformed_aggregate_share_is_refused()
    {
        Prio3 vdaf = Prio3.Count();
        byte[] overflowing = [.. Enumerable.Repeat((byte)0xFF, 8)];
        byte[] aggShare = new byte[8];

        Assert.That(() => vdaf.Unshard([], [new byte[8], overflowing], 1), Throws.TypeOf<DecodeException>());
        Assert.That(() => vdaf.Unshard([], [new byte[8], new byte[7]], 1), Throws.TypeOf<DecodeException>());
        Assert.That(() => vdaf.Unshard([], [new byte[8]], 1), Throws.ArgumentException);
        Assert.That(() => vdaf.Merge([], aggShare, overflowing), Throws.TypeOf<DecodeException>());
        Assert.That(() => vdaf.Aggregate([], aggShare, overflowing, [VerifyOutcome.Finished]), Throws.TypeOf<DecodeException>());
        Assert.That(() => vdaf.Aggregate([], aggShare, new byte[9], [VerifyOutcome.Finished]), Throws.ArgumentException);
    }

    [Test]
    public void Secrets_print_as_their_type()
    {
        Assert.That(Measurement.FromNumber(17).ToString(), Is.EqualTo("Measurement"));
        Assert.That(Prio3.Count().Shard([], Measurement.FromNumber(1), new byte[16]).ToString(), Is.EqualTo("ShardedReport"));
    }

    private static TestCaseData Bad(Func<object> create, string message) => new TestCaseData(create, message).SetArgDisplayNames(message);

    private static TestCaseData Refused(Prio3 vdaf, Measurement measurement, string message) =>
        new TestCaseData(vdaf, measurement, message).SetArgDisplayNames(message);
}
