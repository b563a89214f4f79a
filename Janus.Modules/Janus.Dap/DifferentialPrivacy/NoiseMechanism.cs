namespace Janus.Dap;

/// <summary>How noise is distributed.</summary>
public enum NoiseMechanism
{
    /// <summary>Discrete Laplace noise: a budget ε of pure differential privacy.</summary>
    Laplace,

    /// <summary>Discrete Gaussian noise: a budget ε of ρ = ε²/2 of zero-concentrated differential privacy.</summary>
    Gaussian,
}
