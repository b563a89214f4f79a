using Janus.UnitTests.Vdaf.Fields;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Flp.Circuits;
using Janus.Vdaf.Vectors;

namespace Janus.UnitTests.Vdaf.Flp;

/// <summary>What a cheating client could encode, proved with the honest prover and queried on shares.</summary>
[TestFixture(TypeArgs = [typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128)])]
internal sealed class FlpTests<TField>
    where TField : unmanaged, IScalarField<TField>
{
    private static IEnumerable<TestCaseData> Cases()
    {
        (string Name, Circuit<TField> Circuit, long[][] Valid, long[][] Invalid)[] circuits =
        [
            ("Count", new Count<TField>(), [[0], [1]], [[2], [-1], [1337]]),
            ("Sum(10)", new Sum<TField>(10), [[0, 0, 0, 0], [1, 1, 1, 1]], [[2, 0, 0, 0], [0, 0, 0, -1]]),
            ("SumVec(2,3,3)", new SumVec<TField>(2, 3, 3), [[0, 1, 1, 0]], [[0, 1, 2, 0], [0, 0, 0, -1]]),
            ("Histogram(4,3)", new Histogram<TField>(4, 3), [[0, 0, 1, 0]], [[0, 0, 0, 0], [1, 1, 0, 0], [2, -1, 0, 0], [1, 1, 1, 1]]),

            // The weight is encoded with the weights 1 and 1.
            ("MultihotCountVec(4,2,2)", new MultihotCountVec<TField>(4, 2, 2),
                [[0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1], [1, 1, 0, 0, 1, 1]],
                [[1, 1, 1, 0, 1, 1], [1, 1, 0, 0, 1, 0], [-1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 2, 1]]),
            ("HigherDegree", new HigherDegree<TField>(), [[0], [1], [2]], [[3], [-1]]),
            ("MultiGadget", new MultiGadget<TField>(), [[0]], [[1], [2]]),
        ];
        foreach ((string name, Circuit<TField> circuit, long[][] valid, long[][] invalid) in circuits)
        {
            foreach (long[] meas in valid)
            {
                yield return new TestCaseData(circuit, meas, true).SetArgDisplayNames(name, string.Join(' ', meas), "valid");
            }

            foreach (long[] meas in invalid)
            {
                yield return new TestCaseData(circuit, meas, false).SetArgDisplayNames(name, string.Join(' ', meas), "invalid");
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Verifier_accepts_exactly_the_valid_measurements(object circuit, long[] meas, bool valid)
    {
        TField[] encoded = [.. meas.Select(value => value < 0 ? -TField.FromUInt64((ulong)-value) : TField.FromUInt64((ulong)value))];
        for (int shares = 1; shares <= 3; shares++)
        {
            Assert.That(Run(VdafDraft.Draft18, (Circuit<TField>)circuit, encoded, shares, tamper: -1), Is.EqualTo(valid), $"{shares} shares");
        }
    }

    [Test]
    public void Any_change_of_the_proof_is_noticed()
    {
        foreach (Circuit<TField> circuit in new Circuit<TField>[] { new Histogram<TField>(4, 3), new Sum<TField>(10), new MultiGadget<TField>() })
        {
            TField[] encoded = new TField[circuit.MeasLength];
            encoded[0] = circuit is MultiGadget<TField> ? TField.Zero : TField.One;
            for (int i = 0; i < new FlpBbcggi19<TField>(circuit, VdafDraft.Draft18).ProofLength; i++)
            {
                Assert.That(Run(VdafDraft.Draft18, circuit, encoded, 2, tamper: i), Is.False, $"{circuit.GetType().Name}, element {i}");
            }
        }
    }

    [Test]
    public void Test_point_that_is_a_node_is_refused()
    {
        FlpBbcggi19<TField> flp = new(new Count<TField>(), VdafDraft.Draft18);
        TField[] verifier = new TField[flp.VerifierLength];

        using Scratch scratch = new(flp.QueryMemoryLength);
        ulong unusable = flp.Query([TField.One], new TField[flp.ProofLength], [-TField.One], [], TField.One, verifier, scratch.Memory);

        Assert.That(unusable, Is.EqualTo(1));
    }

    [Test]
    public void Every_integer_up_to_the_maximum_survives_encoding()
    {
        foreach (ulong maximum in new ulong[] { 1, 2, 3, 4, 14, 15, 16, 100 })
        {
            RangeCheckedInteger<TField> integer = new(maximum);
            TField[] encoded = new TField[integer.Bits];
            for (ulong value = 0; value <= maximum; value++)
            {
                integer.Encode(value, encoded);
                Assert.That(encoded, Has.All.Matches<TField>(bit => bit.IsZero || (bit - TField.One).IsZero));
                Assert.That(integer.Decode(encoded).ToUInt128(), Is.EqualTo((UInt128)value), $"{value} of {maximum}");
            }
        }
    }

    /// <summary>Whether shares of a measurement are accepted, with one element of the proof changed unless it is −1.</summary>
    internal static bool Run(VdafDraft draft, Circuit<TField> circuit, TField[] meas, int shares, int tamper)
    {
        FlpBbcggi19<TField> flp = new(circuit, draft);
        TField[] jointRand = FieldOracle.RandomVector<TField>(circuit.JointRandLength, 1);
        TField[] queryRand = FieldOracle.RandomVector<TField>(flp.QueryRandLength, 2);
        TField[] proof = new TField[flp.ProofLength];
        using Scratch scratch = new(Math.Max(flp.ProveMemoryLength, flp.QueryMemoryLength));
        flp.Prove(meas, FieldOracle.RandomVector<TField>(flp.ProveRandLength, 3), jointRand, proof, scratch.Memory);
        if (tamper >= 0)
        {
            proof[tamper] += TField.One;
        }

        TField[][] measShares = Split(meas, shares, 4), proofShares = Split(proof, shares, 5);
        TField[] verifier = new TField[flp.VerifierLength];
        TField[] verifierShare = new TField[flp.VerifierLength];
        for (int i = 0; i < shares; i++)
        {
            TField sharesInverse = TField.Invert(TField.FromUInt64((ulong)shares));
            ulong unusable = flp.Query(
                measShares[i], proofShares[i], queryRand, jointRand, sharesInverse, verifierShare, scratch.Memory);
            Assert.That(unusable, Is.Zero);
            FieldVector.Add<TField>(verifier, verifierShare);
        }

        return flp.Decide(verifier) == 1;
    }

    private static TField[][] Split(TField[] vector, int shares, int seed)
    {
        TField[][] result = [.. Enumerable.Range(0, shares).Select(i => FieldOracle.RandomVector<TField>(vector.Length, (seed * 10) + i))];
        vector.CopyTo(result[0], 0);
        foreach (TField[] other in result[1..])
        {
            FieldVector.Subtract<TField>(result[0], other);
        }

        return result;
    }
}
