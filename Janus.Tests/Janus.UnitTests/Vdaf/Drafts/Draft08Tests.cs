using Janus.UnitTests.Vdaf.PingPong;
using Janus.UnitTests.Vdaf.Prio3Tests;
using Janus.UnitTests.Vdaf.Vectors;
using Janus.Vdaf;
using Janus.Vdaf.Vectors;

namespace Janus.UnitTests.Vdaf.Drafts;

/// <summary>Prio3 as draft 08 has it: the published vectors, and reports that are not to be accepted.</summary>
[TestFixture]
internal sealed class Draft08Tests
{
    private static IEnumerable<string> Embedded => VectorFiles.EmbeddedNamesOfDraft08;

    private static IEnumerable<TestCaseData> Shared => VectorFiles.SharedPathsOfDraft08.Select(
        path => new TestCaseData(path).SetArgDisplayNames(Path.GetFileNameWithoutExtension(path)));

    private static IEnumerable<Variant> Variants => Variant.OfDraft08(2).Where(variant =>
        variant.Vdaf.Name is "Prio3Count" or "Prio3Sum(255)" or "Prio3SumVec(10,255,9)" or "Prio3Histogram(11,3)");

    private static IEnumerable<Variant> WithJointRand => Variants.Where(variant => variant.Vdaf.PublicShareLength > 0);

    [Test]
    public void The_vectors_of_every_variant_are_in_the_assembly()
    {
        Assert.That(Embedded, Is.EqualTo(new[]
        {
            "Prio3Count_0", "Prio3Count_1", "Prio3Histogram_0", "Prio3Histogram_1", "Prio3SumVecWithMultiproof_0",
            "Prio3SumVec_0", "Prio3SumVec_1", "Prio3Sum_0", "Prio3Sum_1", "XofTurboShake128",
        }));
    }

    [Test]
    public void Embedded_vector_passes_under_each_instruction_set(
        [ValueSource(nameof(Embedded))] string name, [Values] InstructionSet instructionSet)
    {
        if (!InstructionSets.Supported.Contains(instructionSet))
        {
            Assert.Ignore($"this machine lacks {instructionSet}");
        }

        VectorResult result = VectorVerifier.Verify(name, VectorFiles.ReadOfDraft08(name), instructionSet, VdafDraft.Draft08);

        Assert.That(result, Is.EqualTo(new VectorResult(name, VectorStatus.Pass, null)));
    }

    [TestCaseSource(nameof(Embedded))]
    public void Vector_is_not_one_of_another_draft(string name)
    {
        VectorResult result = VectorVerifier.Verify(
            name, VectorFiles.ReadOfDraft08(name), InstructionSet.Scalar, VdafDraft.Draft18);

        Assert.That(result.Status, Is.EqualTo(VectorStatus.Fail));
    }

    [TestCaseSource(nameof(Shared))]
    public void Shared_vector_passes_or_is_of_an_algorithm_known_not_to_be_supported(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path), algorithm = name.Split('_')[0];

        VectorResult result = VectorVerifier.Verify(
            name, Draft08Schema.Translate(algorithm, File.ReadAllBytes(path)), InstructionSets.Current, VdafDraft.Draft08);

        string[] unsupported = ["Poplar1", "IdpfPoplar", "XofFixedKeyAes128", "Prio3MultiHotHistogram"];
        Assert.That(
            (result.Status, result.Detail),
            Is.EqualTo(unsupported.Contains(algorithm) ? (VectorStatus.NotSupported, algorithm) : (VectorStatus.Pass, null)));
    }

    [TestCaseSource(nameof(WithJointRand))]
    public void Report_whose_public_share_was_tampered_with_fails(Variant variant)
    {
        Exchange honest = HonestReport(variant);
        for (int i = 0; i < variant.Vdaf.PublicShareLength; i++)
        {
            byte[] publicShare = honest.Leader[0].PublicShare.ToArray();
            publicShare[i] ^= 1;
            Exchange lying = honest.Part(0);
            lying.Leader[0] = lying.Leader[0] with { PublicShare = publicShare };
            lying.Helper[0] = lying.Helper[0] with { PublicShare = publicShare };
            lying.Run();

            Assert.That(lying.RejectedIn(0), Is.EqualTo(1), $"byte {i}");
        }
    }

    [TestCaseSource(nameof(Variants))]
    public void Report_with_any_byte_of_an_input_share_changed_fails(Variant variant)
    {
        Exchange honest = HonestReport(variant);
        honest.Run();
        Assert.That(honest.RejectedIn(0), Is.Null);
        for (int aggregator = 0; aggregator < 2; aggregator++)
        {
            for (int i = 0; i < variant.Vdaf.InputShareLength(aggregator); i++)
            {
                Exchange lying = honest.Part(0);
                List<VerifyInput> inputs = aggregator == 0 ? lying.Leader : lying.Helper;
                byte[] inputShare = inputs[0].InputShare.ToArray();
                inputShare[i] ^= 1;
                inputs[0] = inputs[0] with { InputShare = inputShare };
                lying.Run();

                Assert.That(lying.RejectedIn(0), Is.Not.Null, $"byte {i} of the input share of aggregator {aggregator}");
            }
        }
    }

    [Test]
    public void Proof_that_was_tampered_with_fails_although_the_joint_randomness_holds()
    {
        Prio3 vdaf = Prio3.Sum(255, draft: VdafDraft.Draft08);
        Exchange exchange = new(vdaf, [], Measurement.FromNumber(100));
        byte[] inputShare = exchange.Leader[0].InputShare.ToArray();

        // Eight elements of the measurement share, one wire seed: the constant coefficient.
        inputShare[9 * 16] ^= 1;
        exchange.Leader[0] = exchange.Leader[0] with { InputShare = inputShare };

        exchange.Run();

        Assert.That(exchange.Outcomes[1], Is.EqualTo(new[] { VerifyOutcome.ProofRejected }));
    }

    [Test]
    public void Lengths_are_those_of_the_draft()
    {
        Prio3 histogram = Prio3.Histogram(100, 10, draft: VdafDraft.Draft08);
        Prio3 count = Prio3.Count(3, VdafDraft.Draft08);

        Assert.Multiple(() =>
        {
            Assert.That(histogram.AlgorithmId, Is.EqualTo(3));
            Assert.That(histogram.VerifyKeySize, Is.EqualTo(16));
            Assert.That(histogram.RandSize, Is.EqualTo(5 * 16));
            Assert.That(histogram.PublicShareLength, Is.EqualTo(2 * 16));
            Assert.That(histogram.InputShareLength(0), Is.EqualTo((16 * (100 + 20 + 31)) + 16));
            Assert.That(histogram.InputShareLength(1), Is.EqualTo(3 * 16));
            Assert.That(histogram.VerifierShareLength([], 0), Is.EqualTo((16 * 22) + 16));
            Assert.That(histogram.VerifierMessageLength([], 0), Is.EqualTo(16));
            Assert.That(count.RandSize, Is.EqualTo(5 * 16));
            Assert.That(count.InputShareLength(2), Is.EqualTo(2 * 16));
            Assert.That(Prio3.Sum(255, draft: VdafDraft.Draft08).AggShareLength([]), Is.EqualTo(16));
        });
    }

    [Test]
    public void What_the_draft_has_no_word_for_is_refused()
    {
        Prio3 count = Prio3.Count(draft: VdafDraft.Draft08);

        Assert.That(
            () => Prio3.Sum(100, draft: VdafDraft.Draft08),
            Throws.ArgumentException.With.Message.StartsWith("maxMeasurement: expected 2^bits - 1 under draft 08, got 100"));
        Assert.That(
            () => Prio3.SumVec(3, 4, 1, draft: VdafDraft.Draft08),
            Throws.ArgumentException.With.Message.StartsWith("maxMeasurement: expected 2^bits - 1 under draft 08, got 4"));
        Assert.That(
            () => Prio3.MultihotCountVec(3, 1, 1, draft: VdafDraft.Draft08),
            Throws.ArgumentException.With.Message.StartsWith("expected a VDAF of draft 08, got Prio3MultihotCountVec"));
        Assert.That(
            () => count.Shard([1], Measurement.FromNumber(1), new byte[16]),
            Throws.ArgumentException.With.Message.StartsWith("ctx has length 1, at most 0 was expected"));
    }

    [Test]
    public void Newest_draft_is_the_default()
    {
        Assert.That(VdafDraft.Newest, Is.SameAs(VdafDraft.Draft18));
        Assert.That(Prio3.Count().Draft, Is.SameAs(VdafDraft.Newest));
        Assert.That(Prio3.Count(draft: VdafDraft.Draft08).With(InstructionSet.Scalar).Draft, Is.SameAs(VdafDraft.Draft08));
    }

    private static Exchange HonestReport(Variant variant) => new(variant.Vdaf, [], variant.ToMeasurement(variant.Draw(new Random(4))));
}
