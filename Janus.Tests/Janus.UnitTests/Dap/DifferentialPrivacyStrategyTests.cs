using System.Numerics;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.UnitTests.Dap;

internal sealed class DifferentialPrivacyStrategyTests
{
    [TestCase("laplace:epsilon=1/2", "laplace:epsilon=1/2")]
    [TestCase("gaussian:epsilon=0.25", "gaussian:epsilon=1/4")]
    [TestCase("laplace:epsilon=3", "laplace:epsilon=3")]
    public void A_strategy_is_read_and_written(string text, string written)
    {
        DifferentialPrivacyStrategy strategy = DifferentialPrivacyStrategy.Parse(text);
        Assert.That(strategy.ToString(), Is.EqualTo(written));
        Assert.That(DifferentialPrivacyStrategy.Parse(written), Is.EqualTo(strategy));
    }

    [TestCase("")]
    [TestCase("none")]
    [TestCase("laplace")]
    [TestCase("laplace:1")]
    [TestCase("laplace:epsilon=0")]
    [TestCase("laplace:epsilon=-1")]
    [TestCase("Laplace:epsilon=1")]
    [TestCase("exponential:epsilon=1")]
    [TestCase("gaussian:delta=1")]
    public void Anything_else_is_refused_with_what_was_expected(string text) =>
        Assert.That(() => DifferentialPrivacyStrategy.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("laplace:epsilon=E"));

    [TestCase("count")]
    [TestCase("sum:5")]
    [TestCase("sumvec:3:2")]
    [TestCase("histogram:4")]
    [TestCase("multihot:5:1")]
    [TestCase("multihot:5:2")]
    [TestCase("multihot:5:3")]
    [TestCase("multihot:3:3")]
    public void The_sensitivity_is_the_largest_distance_of_two_measurements(string text)
    {
        VdafDescription vdaf = VdafDescription.Parse(text);
        int[][] outputs = [.. Outputs(vdaf)];
        int l1 = outputs.SelectMany(one => outputs.Select(other => one.Zip(other, (x, y) => Math.Abs(x - y)).Sum())).Max();
        int l2Squared = outputs.SelectMany(one => outputs.Select(other => one.Zip(other, (x, y) => (x - y) * (x - y)).Sum())).Max();
        Assert.That(vdaf.Sensitivity, Is.EqualTo(new Sensitivity(l1, l2Squared)));
    }

    [Test]
    public void The_noise_follows_from_the_budget_and_the_sensitivity()
    {
        VdafDescription vdaf = VdafDescription.SumVec(10, 255);
        NoiseDistribution laplace = DifferentialPrivacyStrategy.Parse("laplace:epsilon=1/2").NoiseFor(vdaf);
        NoiseDistribution gaussian = DifferentialPrivacyStrategy.Parse("gaussian:epsilon=1/2").NoiseFor(vdaf);
        Assert.That(laplace, Is.EqualTo(new DiscreteLaplace(new Rational(2 * 10 * 255, 1))));
        Assert.That(gaussian, Is.EqualTo(new DiscreteGaussian(new Rational(4 * 10 * 255 * 255, 1))));
        Assert.That(DifferentialPrivacyStrategy.Parse("gaussian:epsilon=1/2").StandardDeviation(vdaf, 2), Is.EqualTo(255 * Math.Sqrt(80)).Within(1e-6));
    }

    [TestCase("sum:1000", 100, "laplace:epsilon=1/1000000", null)]
    [TestCase("sum:1000", 100, "laplace:epsilon=1/1000000000000000", "is too wide for the field")]
    [TestCase("sum:1000", 100, "gaussian:epsilon=1/1000000000000000", "is too wide for the field")]
    [TestCase("sum:1000000000000", 1, "laplace:epsilon=1", null)]
    [TestCase("sum:1000000000000", 5_000_000, "laplace:epsilon=1", "leaves no room for noise")]
    [TestCase("sum:1000000000000000000", 1, "laplace:epsilon=1", "is too wide for the field")]
    [TestCase("histogram:10", 100, "laplace:epsilon=1/1000000000000000", null)]
    [TestCase("sumvec:10:1000000000000000", 100, "gaussian:epsilon=1/1000000", null)]
    public void What_could_wrap_around_is_refused(string vdaf, int minBatchSize, string strategy, string? expected)
    {
        VdafDescription description = VdafDescription.Parse(vdaf);
        TaskConfiguration configuration = new(new TaskConfigurationFields
        {
            TaskInfo = "test"u8.ToArray(),
            LeaderAggregatorEndpoint = new Url("https://leader.example/"),
            HelperAggregatorEndpoint = new Url("https://helper.example/"),
            TimePrecision = new TimePrecision(300),
            MinBatchSize = (ulong)minBatchSize,
            BatchMode = BatchMode.TimeInterval,
            VdafType = description.Type,
            VdafConfiguration = description.EncodeConfiguration(),
        });
        string? mistake = DifferentialPrivacyStrategy.Parse(strategy).FindMistake(configuration);
        Assert.That(mistake, expected is null ? Is.Null : Does.Contain(expected));
    }

    // What each measurement adds to the aggregate result.
    private static IEnumerable<int[]> Outputs(VdafDescription vdaf) => vdaf switch
    {
        Prio3HistogramDescription => Vectors(vdaf.Length, 1).Where(bits => bits.Sum() == 1),
        Prio3MultihotCountVecDescription multihot => Vectors(vdaf.Length, 1).Where(bits => bits.Sum() <= (int)multihot.MaximumWeight),
        _ => Vectors(vdaf.Length, (int)vdaf.MaximumElement),
    };

    private static IEnumerable<int[]> Vectors(int length, int maximum) => Enumerable.Range(0, (int)BigInteger.Pow(maximum + 1, length))
        .Select(number => Enumerable.Range(0, length).Select(i => number / (int)BigInteger.Pow(maximum + 1, i) % (maximum + 1)).ToArray());
}
