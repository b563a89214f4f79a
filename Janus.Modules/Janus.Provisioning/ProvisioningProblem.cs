using System.Globalization;

namespace Janus.Provisioning;

/// <summary>One reason why something is not made or changed as an operator wants it.</summary>
public sealed class ProvisioningProblem
{
    private readonly FormattableString _message;

    /// <summary>Creates the problem.</summary>
    /// <param name="field">The field that is wrong; <see langword="null"/> when it is no single one.</param>
    /// <param name="message">What is wrong, in lower-case words and without secrets. Every field that it names is a value of <see cref="ProvisioningField"/>.</param>
    public ProvisioningProblem(ProvisioningField? field, FormattableString message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Field = field;
        _message = message;
    }

    /// <summary>The field that is wrong; <see langword="null"/> when it is no single one.</summary>
    public ProvisioningField? Field { get; }

    /// <summary>What is wrong, with the fields as the operator knows them.</summary>
    /// <param name="nameOf">The name of a field.</param>
    public string Describe(Func<ProvisioningField, string> nameOf) => string.Format(
        CultureInfo.InvariantCulture,
        _message.Format,
        [.. _message.GetArguments().Select(argument => argument is ProvisioningField field ? nameOf(field) : argument)]);

    /// <summary>What is wrong, with the fields as they are called here.</summary>
    public override string ToString() => Describe(field => field.ToString());
}
