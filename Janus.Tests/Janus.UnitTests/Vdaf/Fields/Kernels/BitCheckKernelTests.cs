using System.Numerics;
using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Polynomials;

namespace Janus.UnitTests.Vdaf.Fields.Kernels;

/// <summary>The kernels of the bit check compute what the generic reference computes on scalars, lane by lane.</summary>
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field128)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field128)])]
internal sealed class BitCheckKernelTests<TField, TScalar>
    where TField : unmanaged, ILaneField<TField>
    where TScalar : unmanaged, IScalarField<TScalar>
{
    private static readonly BigInteger Modulus = LaneElements.Modulus<TField>();

    // Calls, and places in a chunk.
    private static IEnumerable<(int Calls, int Places)> Shapes =>
    [
        .. Enumerable.Range(1, 40).Select(calls => (calls, 1 + (calls * 7 % 20))),
        .. Enumerable.Range(1, 20).Select(places => (1 + (places * 3 % 8), places)),
        (255, 2), (256, 1), (256, 3), (257, 2), (300, 2), (512, 1), (513, 2), (600, 1),
    ];

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need<TField>();

    [Test]
    public void Wires_at_the_test_point_are_those_of_the_reference()
    {
        foreach ((int calls, int places) in Shapes)
        {
            IEnumerable<int> amounts = calls <= 8 ? Enumerable.Range(0, places) : ((int[])[0, places / 2, places - 1]).Distinct();
            foreach (int missing in amounts)
            {
                AssertQuery(new Case(calls, places, missing, seed: (calls * 100) + missing));
            }
        }
    }

    [Test]
    public void Gadget_polynomial_is_that_of_the_reference()
    {
        foreach ((int calls, int places) in Shapes)
        {
            EvaluationDoubling<TField> doubling = new(LogSize(calls));
            EvaluationDoubling<TScalar> scalar = new(LogSize(calls));
            foreach (int missing in ((int[])[0, places / 2, places - 1]).Distinct())
            {
                AssertProof(new Case(calls, places, missing, seed: (calls * 100) + missing), doubling, scalar);
            }
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Extreme_elements_are_computed_as_by_the_reference(int last)
    {
        // Everything is p − 1, or 0 or 1: the sums of all products have their largest and smallest values.
        foreach ((int calls, int places) in ((int, int)[])[(1, 1), (3, 2), (31, 4), (256, 2), (257, 3), (511, 1)])
        {
            EvaluationDoubling<TField> doubling = new(LogSize(calls));
            EvaluationDoubling<TScalar> scalar = new(LogSize(calls));
            for (int pattern = 0; pattern < 32; pattern++)
            {
                Case c = new(calls, places, pattern, (BigInteger)last);
                AssertQuery(c);
                if (pattern % 4 == 0)
                {
                    AssertProof(c, doubling, scalar);
                }
            }
        }
    }

    private static int LogSize(int calls) => BitOperations.Log2((uint)calls) + 1;

    private static void AssertQuery(Case c)
    {
        TField[] wires = new TField[2 * c.Places];
        long length = TField.QueryBitCheckMemory(c.Calls, wires.Length);
        using (Scratch scratch = new(length))
        {
            Dirty(scratch, length);
            TField.QueryBitCheck(c.Meas, c.Basis, c.JointRand, c.SharesInverse, wires, scratch.Memory);
        }

        for (int lane = 0; lane < TField.Lanes; lane++)
        {
            TScalar[] expected = new TScalar[wires.Length];
            using Scratch scratch = new(BitCheckQuery.MemoryLength<TScalar>(wires.Length));
            BitCheckQuery.Run<TScalar>(
                Lane(c.Meas, lane), Lane(c.Basis, lane), Lane(c.JointRand, lane), Lane([c.SharesInverse], lane)[0], expected, scratch.Memory);
            AssertLane(wires, expected, lane, c);
        }
    }

    private static void AssertProof(Case c, EvaluationDoubling<TField> doubling, EvaluationDoubling<TScalar> scalarDoubling)
    {
        TField[] values = new TField[2 * doubling.Size];
        long length = TField.ProveBitCheckMemory(c.Calls, doubling.Size);
        using (Scratch scratch = new(length))
        {
            Dirty(scratch, length);
            TField.ProveBitCheck(c.Meas, c.WireSeeds, c.JointRand, c.SharesInverse, doubling, values, scratch.Memory);
        }

        for (int lane = 0; lane < TField.Lanes; lane += c.Calls > 100 ? 3 : 1)
        {
            TScalar[] expected = new TScalar[values.Length];
            using Scratch scratch = new(BitCheckProof.MemoryLength<TScalar>(c.Calls, scalarDoubling.Size));
            BitCheckProof.Run(
                Lane(c.Meas, lane), Lane(c.WireSeeds, lane), Lane(c.JointRand, lane), Lane([c.SharesInverse], lane)[0], scalarDoubling, expected, scratch.Memory);
            AssertLane(values, expected, lane, c);
        }
    }

    // Working memory may hold anything.
    private static void Dirty(Scratch scratch, long length)
    {
        WorkingMemory memory = scratch.Memory;
        memory.Take<byte>((int)length).Fill(0xA5);
    }

    private static TScalar[] Lane(TField[] vector, int lane) =>
        [.. vector.Select(element => FieldOracle.ToField<TScalar>(LaneElements.At(element, lane)))];

    private static void AssertLane(TField[] actual, TScalar[] expected, int lane, Case c)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            BigInteger got = LaneElements.At(actual[i], lane), wanted = (BigInteger)expected[i].ToUInt128();
            if (got != wanted)
            {
                Assert.Fail($"{c.Calls} calls of {c.Places} places, {c.Meas.Length} elements, value {i}, lane {lane}: expected {wanted}, got {got}");
            }
        }
    }

    private sealed class Case
    {
        public Case(int calls, int places, int missing, int seed)
        {
            (Calls, Places) = (calls, places);
            Meas = LaneElements.Draw<TField>((calls * places) - missing, seed);
            Basis = LaneElements.Draw<TField>(calls, seed + 1);
            JointRand = LaneElements.Draw<TField>(calls, seed + 2);
            WireSeeds = LaneElements.Draw<TField>(2 * places, seed + 3);
            SharesInverse = TField.Invert(TField.FromUInt64(2));
        }

        public Case(int calls, int places, int pattern, BigInteger small)
        {
            TField[] All(int bit, int length) =>
                LaneElements.Create<TField>(length, (_, lane) => ((pattern >> bit) & 1) == 0 || lane == bit ? Modulus - 1 : small);
            (Calls, Places) = (calls, places);
            Meas = All(0, calls * places);
            Basis = All(1, calls);
            JointRand = All(2, calls);
            WireSeeds = All(3, 2 * places);
            SharesInverse = All(4, 1)[0];
        }

        public int Calls { get; }

        public int Places { get; }

        public TField[] Meas { get; }

        public TField[] Basis { get; }

        public TField[] JointRand { get; }

        public TField[] WireSeeds { get; }

        public TField SharesInverse { get; }
    }
}
