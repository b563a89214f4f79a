using System.Xml.Linq;
using Janus.Cli;
using Janus.Datastore;
using Janus.Host.Configuration;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;
using YamlDotNet.Serialization;

namespace Janus.IntegrationTests.Packaging;

/// <summary>The Kubernetes example holds together, and its processes would start with what it gives them.</summary>
[TestFixture]
public sealed class KubernetesTests
{
    private static readonly string Folder = Checkout.Path("docs", "kubernetes");
    private static readonly Node[] Documents = [.. Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Node.ReadAll)];
    private static readonly Node[] Workloads = [.. Documents.Where(document => document.Text("kind") is "Deployment" or "Job")];
    private static readonly Node[] Deployments = [.. Documents.Where(document => document.Text("kind") == "Deployment")];

    [Test]
    public void Every_role_has_a_deployment_of_its_own() =>
        Assert.That(
            Deployments.SelectMany(deployment => JanusConfiguration.Load(new RunArguments { Configuration = new ConfigurationArguments(), Roles = RolesOf(deployment) }).Roles),
            Is.EquivalentTo(Enum.GetValues<ProcessRole>().Except([ProcessRole.All])));

    [TestCaseSource(nameof(Workloads))]
    public void Container_has_no_rights_and_a_read_only_root_file_system(Node workload)
    {
        Node pod = workload.Path("spec", "template", "spec");
        Node container = pod.Items("containers").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pod.Path("securityContext").Text("runAsNonRoot"), Is.EqualTo("true"));
            Assert.That(pod.Text("automountServiceAccountToken"), Is.EqualTo("false"));
            Assert.That(container.Path("securityContext").Text("readOnlyRootFilesystem"), Is.EqualTo("true"));
            Assert.That(container.Path("securityContext").Text("allowPrivilegeEscalation"), Is.EqualTo("false"));
            Assert.That(container.Path("securityContext", "capabilities").Texts("drop"), Is.EqualTo(["ALL"]));
            Assert.That(container.Path("resources", "limits").Text("memory"), Is.Not.Null);
        }
    }

    [TestCaseSource(nameof(Workloads))]
    public void Configuration_and_secrets_of_a_container_exist_and_are_accepted(Node workload)
    {
        Node container = workload.Path("spec", "template", "spec").Items("containers").Single();
        string[] secrets = [.. Documents.Single(document => document.Text("kind") == "Secret").Path("stringData").Keys];
        Dictionary<string, string> mounted = container.Items("volumeMounts").ToDictionary(mount => mount.Text("name")!, mount => mount.Text("mountPath")!);
        Assert.That(workload.Path("spec", "template", "spec").Items("volumes").Select(volume => volume.Text("name")), Is.EquivalentTo(mounted.Keys));
        using TestDirectory directory = new();
        string yaml = Documents.Single(document => document.Text("kind") == "ConfigMap").Path("data").Text("janus.yaml")!;
        foreach (string secret in secrets)
        {
            Assert.That(yaml, Does.Contain($"{mounted["secrets"]}/{secret}"));
            File.WriteAllText(directory.Path(secret), DatastoreKeys.Generate());
        }

        string file = directory.Path("janus.yaml");
        File.WriteAllText(file, yaml.Replace(mounted["secrets"], directory.Root, StringComparison.Ordinal));
        JanusOptions options = JanusConfiguration.Load(new RunArguments
        {
            Configuration = new ConfigurationArguments { ConfigFile = file },
            Roles = RolesOf(workload),
        });

        Assert.That(options.Database.IsEmbedded, Is.False);
        List<string> arguments = [.. container.Texts("args")];
        Assert.That(arguments[arguments.IndexOf("--config-file") + 1], Is.EqualTo($"{mounted["configuration"]}/janus.yaml"));
    }

    [TestCaseSource(nameof(Deployments))]
    public void Probes_ask_what_a_process_answers_and_it_may_finish_its_work(Node deployment)
    {
        Node pod = deployment.Path("spec", "template", "spec");
        Node container = pod.Items("containers").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(container.Path("livenessProbe", "httpGet").Text("path"), Is.EqualTo("/healthz"));
            Assert.That(container.Path("readinessProbe", "httpGet").Text("path"), Is.EqualTo("/readyz"));
            int pause = int.Parse(container.Path("lifecycle", "preStop", "sleep").Text("seconds")!, System.Globalization.CultureInfo.InvariantCulture);
            int grace = int.Parse(pod.Text("terminationGracePeriodSeconds")!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.That(TimeSpan.FromSeconds(grace - pause), Is.GreaterThan(new HttpOptions().ShutdownTimeout));
        }
    }

    [Test]
    public void Selectors_choose_the_pods_that_are_meant()
    {
        string[] pods = [.. Deployments.Select(deployment => deployment.Path("spec", "template", "metadata", "labels").Flat())];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pods, Is.Unique);
            Assert.That(Deployments.Select(deployment => deployment.Path("spec", "selector", "matchLabels").Flat()), Is.EqualTo(pods));
            foreach (Node budget in Documents.Where(document => document.Text("kind") == "PodDisruptionBudget"))
            {
                Assert.That(pods, Does.Contain(budget.Path("spec", "selector", "matchLabels").Flat()));
            }

            Assert.That(pods, Does.Contain(Documents.Single(document => document.Text("kind") == "Service").Path("spec", "selector").Flat()));
        }
    }

    [Test]
    public void Autoscaled_deployment_sets_no_number_of_replicas_and_the_others_do()
    {
        string[] scaled = [.. Documents.Where(document => document.Text("kind") == "HorizontalPodAutoscaler").Select(scaler => scaler.Path("spec", "scaleTargetRef").Text("name")!)];

        Assert.That(scaled, Is.Not.Empty);
        Assert.That(
            Deployments.Where(deployment => deployment.Path("spec").Text("replicas") is null).Select(deployment => deployment.Path("metadata").Text("name")),
            Is.EquivalentTo(scaled));
    }

    [Test]
    public void Everything_but_the_secret_and_the_migration_is_applied_together_with_the_current_version()
    {
        Node kustomization = Documents.First(document => document.Text("kind") == "Kustomization");
        string version = XDocument.Load(Checkout.Path("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.That(
            kustomization.Texts("resources"),
            Is.EquivalentTo(Directory.GetFiles(Folder, "*.yaml").Select(Path.GetFileName).Except(["kustomization.yaml", "secret.example.yaml"])));
        Assert.That(Documents.Single(document => document.Text("kind") == "Component").Items("images").Single().Text("newTag"), Is.EqualTo(version));
    }

    [Test]
    public void The_image_is_named_in_one_place()
    {
        string[] kustomizations = [.. Directory.GetFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories)];
        Node[] users = [.. kustomizations.SelectMany(Node.ReadAll).Where(document => document.Text("kind") == "Kustomization")];
        string[] naming = [.. kustomizations.Where(path => File.ReadAllText(path).Contains("newTag:", StringComparison.Ordinal)).Select(path => Path.GetRelativePath(Folder, path))];

        Assert.That(naming, Is.EqualTo(new[] { Path.Combine("image", "kustomization.yaml") }));
        Assert.That(users.Select(user => user.Texts("components").Single()), Is.EquivalentTo(["image", "../image"]));
        Assert.That(Workloads.Select(workload => workload.Path("spec", "template", "spec").Items("containers").Single().Text("image")), Is.All.EqualTo("janus"));
    }

    [TestCaseSource(nameof(Workloads))]
    public void Secrets_are_for_the_group_of_the_processes_alone(Node workload)
    {
        Node pod = workload.Path("spec", "template", "spec");
        Node secret = pod.Items("volumes").Single(volume => volume.Keys.Contains("secret")).Path("secret");

        Assert.That(secret.Text("defaultMode"), Is.EqualTo("0440"));
        Assert.That(pod.Path("securityContext").Text("fsGroup"), Is.EqualTo(pod.Path("securityContext").Text("runAsUser")));
    }

    private static string[] RolesOf(Node workload) =>
        [.. workload.Path("spec", "template", "spec").Items("containers").Single().Texts("args").SkipWhile(argument => argument != "--role").Skip(1)];

    /// <summary>A mapping of a YAML document.</summary>
    public sealed class Node(string name, Dictionary<object, object?> entries)
    {
        public static IEnumerable<Node> ReadAll(string file)
        {
            IDeserializer deserializer = new DeserializerBuilder().Build();
            foreach (string text in File.ReadAllText(file).Split("\n---\n"))
            {
                Dictionary<object, object?> document = deserializer.Deserialize<Dictionary<object, object?>>(text);
                yield return new Node($"{document["kind"]} in {System.IO.Path.GetFileName(file)}", document);
            }
        }

        public IEnumerable<string> Keys => entries.Keys.Cast<string>();

        public string? Text(string key) => entries.GetValueOrDefault(key) as string;

        public string[] Texts(string key) => [.. ((List<object>)entries[key]!).Cast<string>()];

        public Node[] Items(string key) => [.. ((List<object>)entries[key]!).Select(item => new Node($"{name}.{key}", (Dictionary<object, object?>)item))];

        public Node Path(params string[] keys) => keys.Aggregate(this, (node, key) => node.Child(key));

        public string Flat() => string.Join(',', entries.OrderBy(entry => (string)entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));

        public override string ToString() => name;

        private Node Child(string key) => new($"{name}.{key}", entries.GetValueOrDefault(key) as Dictionary<object, object?> ?? throw new KeyNotFoundException($"{name} has no {key}"));
    }
}
