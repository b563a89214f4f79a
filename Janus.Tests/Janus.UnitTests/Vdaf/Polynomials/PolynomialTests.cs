using Janus.UnitTests.Vdaf.Fields;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Polynomials;

namespace Janus.UnitTests.Vdaf.Polynomials;

[TestFixture(TypeArgs = [typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128)])]
internal sealed class PolynomialTests<TField>
    where TField : unmanaged, IScalarField<TField>
{
    [Test]
    public void Inverse_and_forward_transform_multiply_by_the_size([Range(0, 8)] int logSize)
    {
        TField[] original = FieldOracle.RandomVector<TField>(1 << logSize, logSize);
        TField[] values = [.. original];
        Ntt<TField> ntt = new(logSize);

        ntt.InverseToBitReversed(values);
        ntt.ForwardFromBitReversed(values);

        TField size = TField.FromUInt64(1UL << logSize);
        Assert.That(values, Is.EqualTo(original.Select(value => value * size)));
    }

    [Test]
    public void Doubling_gives_the_values_at_twice_as_many_roots([Range(0, 7)] int logSize)
    {
        TField[] coefficients = FieldOracle.RandomVector<TField>(1 << logSize, logSize);
        TField[] values = [.. ValuesAtRoots(coefficients, logSize), .. new TField[1 << logSize]];

        new EvaluationDoubling<TField>(logSize).Double(values, new TField[1 << logSize]);

        Assert.That(values, Is.EqualTo(ValuesAtRoots(coefficients, logSize + 1)));
    }

    [Test]
    public void Inner_product_with_the_basis_is_the_value_at_a_point([Range(0, 7)] int logSize)
    {
        TField[] coefficients = FieldOracle.RandomVector<TField>(1 << logSize, logSize);
        TField t = FieldOracle.RandomVector<TField>(1, 99)[0];
        TField[] basis = new TField[1 << logSize];

        ulong nodes = new LagrangeBasis<TField>(logSize).Evaluate(t, basis);

        Assert.That(nodes, Is.Zero);
        Assert.That(TField.InnerProduct(basis, ValuesAtRoots(coefficients, logSize)), Is.EqualTo(Horner(coefficients, t)));
    }

    [Test]
    public void Folding_the_values_gives_the_value_at_a_point([Range(0, 7)] int logSize)
    {
        TField[] coefficients = FieldOracle.RandomVector<TField>(1 << logSize, logSize);
        TField t = FieldOracle.RandomVector<TField>(1, 99)[0];

        TField value = new LagrangeBasis<TField>(logSize).Interpolate(t, ValuesAtRoots(coefficients, logSize));

        Assert.That(value, Is.EqualTo(Horner(coefficients, t)));
    }

    [Test]
    public void Basis_refuses_its_own_nodes_and_only_those()
    {
        LagrangeBasis<TField> basis = new(3);
        TField[] values = new TField[8];

        foreach (TField node in basis.Nodes)
        {
            Assert.That(basis.Evaluate(node, values), Is.EqualTo(1));
        }

        Assert.That(basis.Evaluate(TField.RootOfUnity(4), values), Is.Zero);
    }

    [TestCase(2, 3)]
    [TestCase(3, 7)]
    [TestCase(5, 31)]
    [TestCase(3, 5)]
    [TestCase(4, 10)]
    [TestCase(2, 4)]
    public void Missing_values_of_a_low_degree_polynomial_are_recovered(int logSize, int known)
    {
        TField[] expected = ValuesAtRoots(FieldOracle.RandomVector<TField>(known, known), logSize);
        TField[] values = [.. expected.Take(known), .. new TField[(1 << logSize) - known]];

        new ValueExtension<TField>(new LagrangeBasis<TField>(logSize), known).Extend(values);

        Assert.That(values, Is.EqualTo(expected));
    }

    private static TField[] ValuesAtRoots(TField[] coefficients, int logSize)
    {
        TField[] values = new TField[1 << logSize];
        TField point = TField.One;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Horner(coefficients, point);
            point *= TField.RootOfUnity(logSize);
        }

        return values;
    }

    private static TField Horner(TField[] coefficients, TField x) =>
        coefficients.Reverse().Aggregate(TField.Zero, (value, coefficient) => (value * x) + coefficient);
}
