using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.Dap;

/// <summary>
/// The noise that an Aggregator adds to each of its aggregate shares: DAP §8.5 (dp). Whatever the other Aggregator does,
/// the aggregate result then has the differential privacy of the budget, for neighbours as <see cref="Sensitivity"/> says.
/// </summary>
/// <param name="Mechanism">How the noise is distributed.</param>
/// <param name="Epsilon">The budget ε for one batch.</param>
public sealed record DifferentialPrivacyStrategy(NoiseMechanism Mechanism, Rational Epsilon)
{
    private const string Expected = "expected laplace:epsilon=E or gaussian:epsilon=E, with E such as 1, 1/2 or 0.5";
    private const string Budget = ":epsilon=";

    // Noise of either mechanism is less than so many times its width, but for a probability below 2^-183: at most
    // 2·exp(−128) for Laplace noise and its scale, at most 2·exp(−128²/2) for Gaussian noise and σ.
    private const int Widths = 128;

    // Both Aggregators' noise together has half of the field, which is split into the positive and the negative numbers.
    private const int FieldParts = 8;

    /// <summary>Reads <c>laplace:epsilon=1/2</c> or <c>gaussian:epsilon=0.5</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static DifferentialPrivacyStrategy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int end = text.IndexOf(Budget, StringComparison.Ordinal);
        NoiseMechanism? mechanism = (end < 0 ? "" : text[..end]) switch
        {
            "laplace" => NoiseMechanism.Laplace,
            "gaussian" => NoiseMechanism.Gaussian,
            _ => null,
        };
        return mechanism is { } known && Rational.TryParse(text[(end + Budget.Length)..], out Rational? epsilon)
            ? new DifferentialPrivacyStrategy(known, epsilon)
            : throw new FormatException($"{Expected}, {Quote.Of(text)} given");
    }

    /// <summary>The noise of one element of a VDAF's aggregate result.</summary>
    /// <exception cref="UnsupportedVdafException">There is no noise for the VDAF.</exception>
    public NoiseDistribution NoiseFor(VdafDescription vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        Sensitivity sensitivity = vdaf.Sensitivity ?? throw new UnsupportedVdafException($"{vdaf}: there is no noise for this VDAF");

        // Scale Δ₁/ε; and σ² = Δ₂²/(2·ρ) = Δ₂²/ε².
        return Mechanism == NoiseMechanism.Laplace
            ? new DiscreteLaplace(Epsilon.Divide(sensitivity.L1))
            : new DiscreteGaussian(Epsilon.Square().Divide(sensitivity.L2Squared));
    }

    /// <summary>
    /// The standard deviation, at most, that the noise of so many Aggregators gives an element of a VDAF's aggregate result:
    /// for people to read.
    /// </summary>
    public double StandardDeviation(VdafDescription vdaf, int aggregators)
    {
        Rational variance = NoiseFor(vdaf).VarianceBound;
        return Math.Sqrt(aggregators * Math.Exp(BigInteger.Log(variance.Numerator) - BigInteger.Log(variance.Denominator)));
    }

    /// <summary>
    /// Why the noise cannot be used for a task, or <see langword="null"/> if it can: neither the smallest batch nor both
    /// Aggregators' noise may leave its part of the field, or results could wrap around.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The VDAF is none that noise is known for, or its configuration is out of range.</exception>
    public string? FindMistake(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        VdafDescription vdaf = VdafDescription.Of(configuration);
        BigInteger modulus = vdaf.Modulus;
        NoiseDistribution noise = NoiseFor(vdaf);
        (Rational width, BigInteger limit) = noise is DiscreteLaplace laplace
            ? (laplace.Scale, modulus / (FieldParts * Widths))
            : (noise.VarianceBound, BigInteger.Pow(modulus / (FieldParts * Widths), 2));
        if (width.Numerator > limit * width.Denominator)
        {
            return $"the noise of {this} is too wide for the field in which {vdaf} is added up, whose modulus is {modulus}: expected a larger epsilon, "
                + "or smaller measurements";
        }

        return configuration.MinBatchSize * vdaf.MaximumElement > modulus / (FieldParts / 2)
            ? $"a batch of {configuration.MinBatchSize} reports of {vdaf} leaves no room for noise in the field in which it is added up, whose modulus is "
                + $"{modulus}: expected smaller measurements or batches"
            : null;
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{(Mechanism == NoiseMechanism.Laplace ? "laplace" : "gaussian")}{Budget}{Epsilon}";
}
