using Janus.UnitTests.Vdaf.Flp;
using Janus.Vdaf;
using Janus.Vdaf.Drafts.Draft08.Circuits;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Vectors;

namespace Janus.UnitTests.Vdaf.Drafts;

/// <summary>The circuits of draft 08, and proofs that hold coefficients.</summary>
[TestFixture(TypeArgs = [typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128)])]
internal sealed class Draft08FlpTests<TField>
    where TField : unmanaged, IScalarField<TField>
{
    private static IEnumerable<TestCaseData> Cases()
    {
        (string Name, Circuit<TField> Circuit, long[][] Valid, long[][] Invalid)[] circuits =
        [
            ("Count", new Janus.Vdaf.Flp.Circuits.Count<TField>(), [[0], [1]], [[2], [-1], [1337]]),
            ("Sum(4 bits)", new Sum<TField>(15), [[0, 0, 0, 0], [1, 1, 1, 1]], [[2, 0, 0, 0], [0, 0, 0, -1]]),
            ("SumVec(2,2 bits,3)", new SumVec<TField>(2, 3, 3), [[0, 1, 1, 0]], [[0, 1, 2, 0], [0, 0, 0, -1]]),
            ("Histogram(4,3)", new Histogram<TField>(4, 3),
                [[0, 0, 1, 0]], [[0, 0, 0, 0], [1, 1, 0, 0], [2, -1, 0, 0], [1, 1, 1, 1]]),
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
            bool accepted = FlpTests<TField>.Run(VdafDraft.Draft08, (Circuit<TField>)circuit, encoded, shares, tamper: -1);

            Assert.That(accepted, Is.EqualTo(valid), $"{shares} shares");
        }
    }

    [Test]
    public void Any_change_of_the_proof_is_noticed()
    {
        foreach (Circuit<TField> circuit in new Circuit<TField>[]
        {
            new Histogram<TField>(4, 3),
            new Sum<TField>(15),
            new MultiGadget<TField>(),
        })
        {
            TField[] encoded = new TField[circuit.MeasLength];
            encoded[0] = circuit is MultiGadget<TField> ? TField.Zero : TField.One;
            for (int i = 0; i < new FlpBbcggi19<TField>(circuit, VdafDraft.Draft08).ProofLength; i++)
            {
                Assert.That(
                    FlpTests<TField>.Run(VdafDraft.Draft08, circuit, encoded, 2, tamper: i),
                    Is.False,
                    $"{circuit.GetType().Name}, element {i}");
            }
        }
    }
}
