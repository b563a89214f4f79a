using Janus.Cli;

namespace Janus.Host.Configuration;

/// <summary>Reads the configuration: the file, then the environment, then the command line, each overriding the one before.</summary>
internal static class JanusConfiguration
{
    private const string EnvironmentPrefix = "JANUS__";
    private const string FileVariable = "JANUS_CONFIG_FILE";
    private const string DatabaseUrlVariable = "JANUS_DATABASE_URL";
    private const string DirectDatabaseUrlVariable = "JANUS_DATABASE_DIRECT_URL";
    private const string DatabasePasswordVariable = "JANUS_DATABASE_PASSWORD";

    /// <summary>The file that applies when no other is named: the documented sample beside the program.</summary>
    public static string DefaultFile => Path.Combine(AppContext.BaseDirectory, "appsettings.yaml");

    /// <summary>Reads and validates the configuration of one process.</summary>
    /// <exception cref="CliException">It has mistakes; the message lists all of them.</exception>
    public static JanusOptions Load(RunArguments arguments) => Load(arguments.Configuration, new Dictionary<string, string?>
    {
        ["Roles"] = JoinedOrNull(arguments.Roles),
        ["Http:Listen"] = JoinedOrNull(arguments.Listen),
    });

    /// <summary>Reads and validates the configuration of one command.</summary>
    /// <exception cref="CliException">It has mistakes; the message lists all of them.</exception>
    public static JanusOptions Load(ConfigurationArguments arguments) => Load(arguments, []);

    private static JanusOptions Load(ConfigurationArguments arguments, Dictionary<string, string?> overrides)
    {
        overrides["Database:ConnectionString"] = Variable(DatabaseUrlVariable);
        overrides["Database:DirectConnectionString"] = Variable(DirectDatabaseUrlVariable);
        if (Variable(DatabasePasswordVariable) is { } password)
        {
            (overrides["Database:Password"], overrides["Database:PasswordFile"]) = (password, "");
        }

        if (arguments.DatabasePasswordFile is { } file)
        {
            (overrides["Database:Password"], overrides["Database:PasswordFile"]) = ("", file);
        }

        string path = arguments.ConfigFile ?? Variable(FileVariable) ?? DefaultFile;
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .Add(new YamlConfigurationSource(path))
            .AddEnvironmentVariables(EnvironmentPrefix)
            .AddInMemoryCollection(overrides.Where(entry => entry.Value is not null))
            .Build();
        StrictBinder binder = new();
        JanusOptions options = binder.Bind<JanusOptions>(configuration);
        options.FileWithSecrets = SecretFiles.HasSecrets(new ConfigurationBuilder().Add(new YamlConfigurationSource(path)).Build().AsEnumerable()) ? path : null;
        return binder.Mistakes switch
        {
            [] => options,
            [var mistake] => throw new CliException($"the configuration is wrong: {mistake}"),
            var mistakes => throw new CliException(string.Join(Environment.NewLine + "  ", ["the configuration is wrong:", .. mistakes])),
        };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string? JoinedOrNull(IReadOnlyList<string> values) => values.Count == 0 ? null : string.Join(',', values);
}
