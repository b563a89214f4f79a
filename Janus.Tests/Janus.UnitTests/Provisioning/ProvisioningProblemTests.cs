using System.CommandLine;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Provisioning;
using Janus.Testing;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class ProvisioningProblemTests
{
    [Test]
    public void Every_interface_tells_of_a_field_by_its_own_name()
    {
        ProvisioningProblem problem = new(ProvisioningField.NotAfter, $"{ProvisioningField.NotAfter}: after {ProvisioningField.NotBefore} expected, {{{7:N1}}} given");
        Assert.That(problem.Describe(ProvisioningCommand.OptionOf), Is.EqualTo("--not-after: after --not-before expected, {7.0} given"));
        Assert.That(problem.Describe(field => $"${field}"), Is.EqualTo("$NotAfter: after $NotBefore expected, {7.0} given"));
    }

    [Test]
    public void An_exception_has_all_problems_a_line_for_each_on_the_command_line()
    {
        ProvisioningException refusal = new([new(ProvisioningField.Label, $"{ProvisioningField.Label}: taken"), new(null, $"nothing fits")]);
        Assert.That(refusal.Message, Is.EqualTo("Label: taken; nothing fits"));
        Assert.That(ProvisioningCommand.Describe(refusal), Is.EqualTo($"--label: taken{Environment.NewLine}nothing fits"));
    }

    [Test]
    public void Every_field_is_an_option_of_a_command()
    {
        Command root = CommandLineProgram.CreateRootCommand(new NoHost(), new Option<bool>("--verbose"));
        string[] options = [.. OptionsOf(root).Select(option => option.Name).Distinct()];
        Assert.That(Enum.GetValues<ProvisioningField>().Select(ProvisioningCommand.OptionOf), Is.SubsetOf(options));
    }

    [Test]
    public void The_module_knows_no_console_no_file_and_no_option()
    {
        string folder = Checkout.Path("Janus.Modules/Janus.Provisioning");
        string[] words = ["Console", "File.", "FileStream", "'janus ", "--"];
        IEnumerable<string> found = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(path => words.Where(File.ReadAllText(path).Contains).Select(word => $"{Path.GetFileName(path)}: {word}"));
        Assert.That(found, Is.Empty);
    }

    private static IEnumerable<Option> OptionsOf(Command command) => command.Options.Concat(command.Subcommands.SelectMany(OptionsOf));

    private sealed class NoHost : IProcessHost
    {
        public IReadOnlyList<string> Roles => ["all"];

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
