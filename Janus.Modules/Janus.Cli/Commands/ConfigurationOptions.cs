using System.CommandLine;

namespace Janus.Cli.Commands;

/// <summary>The options that say where a command's configuration comes from.</summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string?> _configFile = new("--config-file", "-c")
    {
        Description = "The YAML configuration (or set JANUS_CONFIG_FILE); without it, appsettings.yaml beside the program applies. Environment variables JANUS__Section__Key override it.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _passwordFile = new("--database-password-file")
    {
        Description = "A file whose first line is the database password (or set JANUS_DATABASE_PASSWORD).",
        HelpName = "PATH",
    };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_configFile);
        command.Options.Add(_passwordFile);
    }

    /// <summary>Reads the options' values.</summary>
    public ConfigurationArguments Read(ParseResult result) => new()
    {
        ConfigFile = result.GetValue(_configFile),
        DatabasePasswordFile = result.GetValue(_passwordFile),
    };
}
