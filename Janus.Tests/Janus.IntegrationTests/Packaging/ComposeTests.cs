using System.Text.RegularExpressions;
using Janus.Cli;
using Janus.Host.Hosting;
using Janus.IntegrationTests.Documentation;
using Janus.Testing;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Janus.IntegrationTests.Packaging;

/// <summary>The example of both sides in containers, without a container engine: its schema, and what it says about our program.</summary>
[TestFixture]
public sealed partial class ComposeTests
{
    private static readonly string Folder = Checkout.Path("docs", "compose");

    // The part of the Compose Specification's schema that the example uses; whatever is not here is a mistake.
    private static readonly Dictionary<string, Type[]> Schema = new()
    {
        ["name"] = [typeof(string)],
        ["services"] = [typeof(Mapping)],
        ["networks"] = [typeof(Mapping)],
        ["volumes"] = [typeof(Mapping)],
    };

    private static readonly Dictionary<string, Type[]> ServiceSchema = new()
    {
        ["image"] = [typeof(string)],
        ["build"] = [typeof(Mapping)],
        ["restart"] = [typeof(string)],
        ["read_only"] = [typeof(string)],
        ["cap_drop"] = [typeof(List<object>)],
        ["security_opt"] = [typeof(List<object>)],
        ["stop_grace_period"] = [typeof(string)],
        ["healthcheck"] = [typeof(Mapping)],
        ["command"] = [typeof(List<object>)],
        ["environment"] = [typeof(Mapping)],
        ["depends_on"] = [typeof(Mapping)],
        ["ports"] = [typeof(List<object>)],
        ["volumes"] = [typeof(List<object>)],
        ["networks"] = [typeof(List<object>)],
    };

    private static readonly Mapping Compose = Read();
    private static readonly Dictionary<string, Mapping> Services = Compose.Section("services").ToDictionary(pair => (string)pair.Key, pair => new Mapping((Dictionary<object, object>)pair.Value));
    private static readonly KeyValuePair<string, Mapping>[] Ours = [.. Services.Where(pair => (string)pair.Value["image"] == "janus")];

    [Test]
    public void File_has_the_shape_of_a_compose_file()
    {
        Check(Compose, Schema, "compose.yaml");
        foreach ((string name, Mapping service) in Services)
        {
            Check(service, ServiceSchema, name);
            Assert.That(service.Section("depends_on").Keys.Cast<string>(), Is.SubsetOf(Services.Keys), name);
            Assert.That(service.Section("depends_on").Values.Select(value => (string)((Dictionary<object, object>)value)["condition"]), Is.SubsetOf(["service_healthy", "service_completed_successfully"]), name);
            Assert.That(service.List("networks"), Is.SubsetOf(Compose.Section("networks").Keys.Cast<string>()), name);
            Assert.That(service.List("volumes").Select(volume => volume.Split(':')[0]), Is.SubsetOf(Compose.Section("volumes").Keys.Cast<string>()), name);
            Assert.That(service.List("ports"), Is.All.Match(@"^127\.0\.0\.1:\d+:\d+$"), name);
        }
    }

    [Test]
    public void Commands_variables_and_ports_are_those_of_the_program()
    {
        ImageDefinition image = new(Checkout.Path("Dockerfile"));
        System.CommandLine.Command root = CommandLineProgram.CreateRootCommand(new JanusProcess(), new System.CommandLine.Option<bool>("--verbose"));
        string port = new Uri(image.Environment["JANUS__Http__Listen"].Replace("*", "localhost", StringComparison.Ordinal)).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Ours.Select(pair => pair.Key), Is.EquivalentTo(["leader-migration", "leader", "helper-migration", "helper"]));
        foreach ((string name, Mapping service) in Ours)
        {
            Assert.That(root.Parse(service.List("command")).Errors, Is.Empty, name);
            Assert.That(service.List("ports").Select(ports => ports.Split(':')[2]), Is.All.EqualTo(port), name);
            Assert.That(File.Exists(Path.Combine(Folder, (string)service.Section("build")["context"], "Dockerfile")), name);
            foreach (string variable in service.Section("environment").Keys.Cast<string>())
            {
                Assert.That(
                    variable.StartsWith("JANUS__", StringComparison.Ordinal)
                        ? DocumentedNames.IsKey(variable["JANUS__".Length..].Replace("__", ".", StringComparison.Ordinal))
                        : DocumentedNames.Words.Contains(variable),
                    $"{name}: {variable}");
            }
        }
    }

    [Test]
    public void Each_side_has_a_database_that_the_other_cannot_reach()
    {
        foreach (string side in (string[])["leader", "helper"])
        {
            Mapping database = Services[$"{side}-database"];
            Uri url = new((string)Services[side].Section("environment")["JANUS_DATABASE_URL"]);
            Assert.That((url.Host, url.UserInfo, url.AbsolutePath), Is.EqualTo(($"{side}-database", (string)database.Section("environment")["POSTGRES_USER"], $"/{database.Section("environment")["POSTGRES_DB"]}")));
            Assert.That(database.Section("environment")["POSTGRES_PASSWORD"], Is.EqualTo(Services[side].Section("environment")["JANUS_DATABASE_PASSWORD"]));
            Assert.That(database.List("networks"), Is.EqualTo([side]));
            Assert.That(Services.Where(pair => pair.Value.List("networks").Contains(side)).Select(pair => pair.Key), Is.All.StartsWith(side));
        }

        Assert.That(Services.Where(pair => pair.Value.List("networks").Contains("between")).Select(pair => pair.Key), Is.EquivalentTo(["leader", "helper"]));
    }

    [Test]
    public void The_document_makes_every_variable_that_has_to_be_given()
    {
        string commands = string.Join('\n', DocumentText.Read("docs/two-organisations.md").Blocks.Where(block => block.Language == "sh compose").Select(block => block.Text));
        string[] needed = [.. Needed().Matches(File.ReadAllText(Path.Combine(Folder, "compose.yaml"))).Select(match => match.Groups[1].Value).Distinct()];

        Assert.That(needed, Has.Length.EqualTo(4));
        foreach (string[] parts in needed.Select(name => name.Split('_', 2)))
        {
            Assert.That(commands, Does.Match($@"for side in [^;]*\b{parts[0]}\b").And.Contain($"${{side}}_{parts[1]}="));
        }

        Assert.That(commands, Does.Contain("umask 077"));
        foreach (string service in Tool().Matches(commands).Select(match => match.Groups[1].Value))
        {
            Assert.That(Services.Keys, Does.Contain(service));
        }
    }

    private static Mapping Read()
    {
        using StreamReader file = new(Path.Combine(Folder, "compose.yaml"));
        IDeserializer deserializer = new DeserializerBuilder().Build();
        Dictionary<object, object> all = deserializer.Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(file)));
        return new Mapping(all.Where(pair => !((string)pair.Key).StartsWith("x-", StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => pair.Value));
    }

    private static void Check(Mapping mapping, Dictionary<string, Type[]> schema, string name)
    {
        foreach ((object key, object value) in mapping)
        {
            Assert.That(schema.Keys, Does.Contain(key), name);
            Type type = value is Dictionary<object, object> ? typeof(Mapping) : value.GetType();
            Assert.That(schema[(string)key], Does.Contain(type), $"{name}.{key}");
        }
    }

    [GeneratedRegex(@"\$\{([A-Z_]+):\?")]
    private static partial Regex Needed();

    [GeneratedRegex(@"^tool (\S+)", RegexOptions.Multiline)]
    private static partial Regex Tool();

    private sealed class Mapping(IDictionary<object, object> entries) : Dictionary<object, object>(entries)
    {
        public Mapping Section(string key) => new(TryGetValue(key, out object? value) ? (Dictionary<object, object>)value : []);

        public string[] List(string key) => TryGetValue(key, out object? value) ? [.. ((List<object>)value).Cast<string>()] : [];
    }
}
