using System.CommandLine;
using System.CommandLine.Parsing;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Cli.Commands;

/// <summary><c>janus run</c>: an aggregator process with the roles it is told.</summary>
internal static class RunCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<string[]> role = new("--role")
        {
            Description = $"A role of this process, repeatable: {string.Join(", ", host.Roles)}. The configured ones unless given.",
            HelpName = "ROLE",
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).Select(name => RequireRole(result, name, host.Roles))],
        };
        Option<string[]> listen = new("--listen")
        {
            Description = "An address to listen on, repeatable, instead of the configured ones; port 0 takes a free one.",
            HelpName = "URL",
        };
        Option<string?> addressFile = new("--address-file")
        {
            Description = "Write the addresses really listened on to this file, one a line, once the process serves.",
            HelpName = "PATH",
        };
        Option<bool> exitWithParent = new("--exit-with-parent")
        {
            Description = "Stop gracefully when standard input ends: for processes started by a program.",
        };

        Command command = new("run", "Run an aggregator process (with an embedded database unless one is configured)") { role, listen, addressFile, exitWithParent };
        configuration.AddTo(command);
        command.SetAction((result, cancellationToken) => host.RunAsync(
            new RunArguments
            {
                Configuration = configuration.Read(result),
                Roles = result.GetValue(role) ?? [],
                Listen = result.GetValue(listen) ?? [],
                AddressFile = result.GetValue(addressFile),
                ExitWithParent = result.GetValue(exitWithParent),
            },
            cancellationToken));
        return command.WithExamples(
            "janus run",
            "janus run --config-file appsettings.yaml --role aggregator --role aggregation-job-creator",
            "JANUS_DATABASE_URL=postgres://janus@db/janus janus run --database-password-file /run/secrets/db --role all");
    }

    private static string RequireRole(ArgumentResult result, string name, IReadOnlyList<string> roles)
    {
        if (!roles.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            result.AddError($"--role: one of {string.Join(", ", roles)} expected, {Quote.Of(name)} given{Spelling.Suggestion(name, roles)}");
        }

        return name;
    }
}
