namespace Janus.Provisioning;

/// <summary>Something is not made or changed as an operator wants it; nothing was stored.</summary>
public sealed class ProvisioningException : Exception
{
    /// <summary>Creates the exception with everything that is wrong.</summary>
    public ProvisioningException(IReadOnlyList<ProvisioningProblem> problems)
        : base(string.Join("; ", problems)) => Problems = problems;

    /// <summary>Creates the exception with the one thing that is wrong.</summary>
    public ProvisioningException(ProvisioningField? field, FormattableString message)
        : this([new ProvisioningProblem(field, message)])
    {
    }

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<ProvisioningProblem> Problems { get; }
}
