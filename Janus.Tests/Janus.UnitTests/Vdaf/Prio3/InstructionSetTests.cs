using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

/// <summary>Each instruction set computes, byte for byte, what the scalar reference computes.</summary>
[TestFixture(InstructionSet.Scalar)]
[TestFixture(InstructionSet.Avx2)]
[TestFixture(InstructionSet.Avx512)]
internal sealed class InstructionSetTests(InstructionSet instructionSet)
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 19];

    private static IEnumerable<Variant> Variants =>
    [
        .. Variant.All(2),
        .. Variant.All(3).Where(variant => variant.Vdaf.Name is "Prio3Count" or "Prio3Histogram(11,3)"),
    ];

    [SetUp]
    public void Need_the_instruction_set()
    {
        if (!InstructionSets.Supported.Contains(instructionSet))
        {
            Assert.Ignore($"this machine lacks {instructionSet}");
        }
    }

    [TestCaseSource(nameof(Variants))]
    public void Batches_of_all_sizes_are_computed_as_by_the_reference(Variant variant)
    {
        foreach (int size in Sizes)
        {
            Measurement[] measurements = Measurements(variant, size);
            (ReportBatch reference, ReportBatch batch) = Both(variant, measurements, size);

            Assert.That(batch.PublicShares, Is.EqualTo(reference.PublicShares), $"public shares of {size}");
            Assert.That(batch.InputShares, Is.EqualTo(reference.InputShares), $"input shares of {size}");
            AssertSame(reference, batch, cut: -1);
        }
    }

    [TestCaseSource(nameof(Variants))]
    public void Malformed_and_invalid_reports_are_rejected_alone(Variant variant)
    {
        const int Size = 17;
        Random random = new(5);
        (ReportBatch reference, ReportBatch batch) = Both(variant, Measurements(variant, Size), seed: 1);
        int reportLength = variant.Vdaf.InputSharesLength;
        foreach (ReportBatch each in (ReportBatch[])[reference, batch])
        {
            // Above the modulus; a changed share of the measurement; of the proof; of the Helper's seed.
            each.InputShares.AsSpan(2 * reportLength, 16).Fill(0xFF);
            each.InputShares[3 * reportLength] ^= 1;
            each.InputShares[(4 * reportLength) + variant.Vdaf.InputShareLength(0) - (variant.Vdaf.PublicShareLength > 0 ? 33 : 1)] ^= 1;
            each.InputShares[(11 * reportLength) + variant.Vdaf.InputShareLength(0)] ^= 1;
            if (each.PublicShares.Length > 0)
            {
                each.PublicShares[5 * variant.Vdaf.PublicShareLength] ^= 1;
            }
        }

        (VerifyOutcome[][] outcomes, _) = AssertSame(reference, batch, cut: 16);

        Assert.That(outcomes[0][2], Is.EqualTo(VerifyOutcome.MalformedInputShare));
        Assert.That(outcomes[0][16], Is.EqualTo(VerifyOutcome.MalformedInputShare));
        Assert.That(outcomes[^1][3], Is.EqualTo(VerifyOutcome.ProofRejected));
        Assert.That(outcomes[^1][4], Is.Not.EqualTo(VerifyOutcome.Finished));
        Assert.That(outcomes[^1][11], Is.Not.EqualTo(VerifyOutcome.Finished));
        foreach (int untouched in (int[])[0, 1, 6, 10, 12, 15])
        {
            Assert.That(outcomes[^1][untouched], Is.EqualTo(VerifyOutcome.Finished), $"report {untouched}");
        }
    }

    private static Measurement[] Measurements(Variant variant, int size)
    {
        Random random = new(size);
        return [.. Enumerable.Range(0, size).Select(_ => variant.ToMeasurement(variant.Draw(random)))];
    }

    private (ReportBatch Reference, ReportBatch Batch) Both(Variant variant, Measurement[] measurements, int seed) =>
        (new ReportBatch(variant.Vdaf.With(InstructionSet.Scalar), measurements, seed),
            new ReportBatch(variant.Vdaf.With(instructionSet), measurements, seed));

    private static (VerifyOutcome[][] Outcomes, byte[][] Bytes) AssertSame(ReportBatch reference, ReportBatch batch, int cut)
    {
        (VerifyOutcome[][] Outcomes, byte[][] Bytes) expected = reference.Run(cut), actual = batch.Run(cut);
        Assert.That(actual.Outcomes, Is.EqualTo(expected.Outcomes));
        for (int i = 0; i < expected.Bytes.Length; i++)
        {
            Assert.That(actual.Bytes[i], Is.EqualTo(expected.Bytes[i]), $"bytes {i}");
        }

        return actual;
    }
}
