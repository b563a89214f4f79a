using System.CommandLine;
using System.Text.Json;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary>What the commands that make and change something have in common: they tell of fields by the names of their options.</summary>
internal static class ProvisioningCommand
{
    /// <summary>The option that a field is given by.</summary>
    public static string OptionOf(ProvisioningField field) => field switch
    {
        // A secret is never an argument, which every user of the machine can see.
        ProvisioningField.VerifyKey or ProvisioningField.VerifyKeyInit or ProvisioningField.Token => $"--{Words(field)}-file",
        ProvisioningField.Agreement => "--collector-file",
        _ => $"--{Words(field)}",
    };

    /// <summary>Everything that is wrong, a line for each.</summary>
    public static string Describe(ProvisioningException refusal) =>
        string.Join(Environment.NewLine, refusal.Problems.Select(problem => problem.Describe(OptionOf)));

    /// <summary>Sets what the command does; what it is refused becomes its error.</summary>
    public static void SetProvisioningAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                return await action(result, cancellationToken);
            }
            catch (ProvisioningException refusal)
            {
                throw new CliException(Describe(refusal), refusal);
            }
        });

    /// <summary>Writes what the operator should think of.</summary>
    public static void Warn(this ParseResult result, IReadOnlyList<string> warnings)
    {
        foreach (string warning in warnings)
        {
            result.InvocationConfiguration.Error.WriteLine($"janus: warning: {warning}");
        }
    }

    private static string Words(ProvisioningField field) => JsonNamingPolicy.KebabCaseLower.ConvertName(field.ToString());
}
