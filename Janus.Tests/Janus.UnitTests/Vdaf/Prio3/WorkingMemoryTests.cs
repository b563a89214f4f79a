using System.Diagnostics;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

/// <summary>Working memory is bounded, and comes from a pool.</summary>
[TestFixture(InstructionSet.Scalar)]
[TestFixture(InstructionSet.Avx2)]
[TestFixture(InstructionSet.Avx512)]
internal sealed class WorkingMemoryTests(InstructionSet instructionSet)
{
    private const long Mebibyte = 1 << 20;

    private static IEnumerable<Variant> Variants => Variant.All(2).Where(variant =>
        variant.Vdaf.Name is "Prio3Count" or "Prio3Sum(255)" or "Prio3Histogram(100,10)" or "Prio3MultihotCountVec(10,5,3)"
        || variant.Vdaf.Name.StartsWith("Prio3SumVec", StringComparison.Ordinal));

    [SetUp]
    public void Need_the_instruction_set()
    {
        if (!InstructionSets.Supported.Contains(instructionSet))
        {
            Assert.Ignore($"this machine lacks {instructionSet}");
        }
    }

    [Test]
    public void A_sum_of_vectors_of_100_000_needs_at_most_64_MiB()
    {
        Prio3 vdaf = Prio3.SumVec(100_000, 1, 316).With(instructionSet);

        Assert.That(vdaf.ShardWorkingMemory, Is.InRange(1, 64 * Mebibyte));
        Assert.That(vdaf.VerifyInitWorkingMemory, Is.InRange(1, 64 * Mebibyte));
        Assert.That(vdaf.VerifierSharesToMessageWorkingMemory, Is.InRange(1, 64 * Mebibyte));
        Assert.That(vdaf.AggregateWorkingMemory, Is.InRange(1, 64 * Mebibyte));
    }

    [Test]
    public void Vectors_of_millions_are_not_computed_side_by_side()
    {
        Prio3 vdaf = Prio3.SumVec(4_000_000, 1, 2000).With(instructionSet);

        Assert.That(vdaf.ShardWorkingMemory, Is.LessThan(512 * Mebibyte));
        Assert.That(vdaf.VerifyInitWorkingMemory, Is.LessThan(512 * Mebibyte));
    }

    [Test]
    public void A_full_group_of_the_longest_vectors_fits_in_it()
    {
        Prio3 vdaf = Prio3.SumVec(100_000, 1, 316).With(instructionSet);
        Measurement[] measurements = [.. Enumerable.Range(0, 8).Select(i => Measurement.FromVector([.. Enumerable.Repeat((ulong)(i & 1), 100_000)]))];

        (VerifyOutcome[][] outcomes, _) = new ReportBatch(vdaf, measurements, seed: 3).Run();

        Assert.That(outcomes[^1], Is.All.EqualTo(VerifyOutcome.Finished));
    }

    [TestCaseSource(nameof(Variants))]
    public void No_operation_allocates_once_the_pool_is_filled(Variant variant)
    {
        // Nineteen: full groups of four and of eight, and some left over.
        Steps steps = new(variant, instructionSet, size: 19);
        foreach ((string name, Action step) in steps.All)
        {
            // What is compiled in a hurry at first may allocate, and a garbage collection may empty the pool in between.
            Stopwatch patience = Stopwatch.StartNew();
            long allocated;
            do
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                step();
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            while (allocated > 0 && patience.Elapsed < TimeSpan.FromSeconds(30));

            Assert.That(allocated, Is.Zero, name);
        }

        Assert.That(steps.Outcomes, Is.All.EqualTo(VerifyOutcome.Finished));
    }

    // The steps of one batch, with all their buffers.
    private sealed class Steps
    {
        public Steps(Variant variant, InstructionSet instructionSet, int size)
        {
            Prio3 vdaf = variant.Vdaf.With(instructionSet);
            Random random = new(size);
            byte[] ctx = Variant.ContextOf(vdaf), verifyKey = new byte[vdaf.VerifyKeySize];
            byte[] nonces = new byte[size * vdaf.NonceSize], rands = new byte[size * vdaf.RandSize];
            byte[] publicShares = new byte[size * vdaf.PublicShareLength], inputShares = new byte[size * vdaf.InputSharesLength];
            Measurement[] measurements = [.. Enumerable.Range(0, size).Select(_ => variant.ToMeasurement(variant.Draw(random)))];
            random.NextBytes(nonces);
            random.NextBytes(rands);
            int shareLength = vdaf.VerifierShareLength([], 0);
            byte[][] states = [new byte[size * vdaf.VerifyStateLength([], 0)], new byte[size * vdaf.VerifyStateLength([], 0)]];
            byte[][] shares = [new byte[size * shareLength], new byte[size * shareLength]];
            byte[] pairs = new byte[2 * size * shareLength], messages = new byte[size * vdaf.VerifierMessageLength([], 0)];
            byte[] outShares = new byte[size * vdaf.OutShareLength([])], aggShare = new byte[vdaf.AggShareLength([])];
            VerifyInput[][] reports = [.. Enumerable.Range(0, 2).Select(aggregator => Inputs(vdaf, aggregator, nonces, publicShares, inputShares))];
            Outcomes = new VerifyOutcome[size];
            All =
            [
                ("shard", () => vdaf.Shard(ctx, measurements, nonces, rands, publicShares, inputShares)),
                ("Leader's verify init", () => vdaf.VerifyInit(verifyKey, ctx, 0, [], reports[0], Outcomes, states[0], shares[0])),
                ("Helper's verify init", () => vdaf.VerifyInit(verifyKey, ctx, 1, [], reports[1], Outcomes, states[1], shares[1])),
                ("verifier shares to message", () =>
                {
                    for (int i = 0; i < 2 * size; i++)
                    {
                        shares[i % 2].AsSpan(i / 2 * shareLength, shareLength).CopyTo(pairs.AsSpan(i * shareLength));
                    }

                    vdaf.VerifierSharesToMessage(ctx, [], 0, pairs, Outcomes, messages);
                }),
                ("verify next", () =>
                {
                    Array.Fill(Outcomes, VerifyOutcome.Continued);
                    vdaf.VerifyNext(ctx, [], 0, states[1], messages, Outcomes, [], [], outShares);
                }),
                ("aggregate", () => vdaf.Aggregate([], aggShare, outShares, Outcomes)),
            ];
        }

        public VerifyOutcome[] Outcomes { get; }

        public (string Name, Action Step)[] All { get; }

        private static VerifyInput[] Inputs(Prio3 vdaf, int aggregator, byte[] nonces, byte[] publicShares, byte[] inputShares) =>
            [.. Enumerable.Range(0, nonces.Length / vdaf.NonceSize).Select(i => new VerifyInput(
                nonces.AsMemory(i * vdaf.NonceSize, vdaf.NonceSize),
                publicShares.AsMemory(i * vdaf.PublicShareLength, vdaf.PublicShareLength),
                inputShares.AsMemory(i * vdaf.InputSharesLength, vdaf.InputSharesLength)[vdaf.InputShareRange(aggregator)]))];
    }
}
