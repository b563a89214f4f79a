using System.Text.RegularExpressions;
using System.Xml.Linq;
using Janus.Testing;

namespace Janus.UnitTests.Architecture;

/// <summary>Holds the sources against the rules of Janus.Modules/README.md.</summary>
internal sealed partial class ArchitectureTests
{
    private static readonly string Modules = Checkout.Path("Janus.Modules");

    [Test]
    public void Every_module_on_disk_is_in_the_table_and_the_other_way_round() =>
        Assert.That(Table().Keys, Is.EquivalentTo(ModulesOnDisk()));

    [TestCaseSource(nameof(ModulesOnDisk))]
    public void A_module_references_only_what_the_table_allows(string module)
    {
        string project = Path.Combine(Modules, module, $"{module}.csproj");
        IEnumerable<string> references = XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.That(references, Is.SubsetOf(Table()[module]));
    }

    [Test]
    public void Only_the_datastore_holds_sql() =>
        Assert.That(Sources("Janus.Datastore").Where(source => Sql().IsMatch(source.Text)).Select(source => source.Name), Is.Empty);

    [Test]
    public void Time_comes_only_from_the_time_provider() =>
        Assert.That(Sources().Where(source => WallClock().IsMatch(source.Text)).Select(source => source.Name), Is.Empty);

    [Test]
    public void Randomness_never_comes_from_a_seeded_generator() =>
        Assert.That(Sources().Where(source => source.Text.Contains("new Random(", StringComparison.Ordinal)).Select(source => source.Name), Is.Empty);

    [Test]
    public void The_number_of_a_draft_stands_in_one_file_for_each_draft() =>
        Assert.That(
            Sources().Where(source => DraftNumber().IsMatch(source.Text)).Select(source => Path.GetFileName(source.Name)),
            Is.EqualTo(["Dap18Version.cs"]));

    // Where rows are distributed by task, or partitioned, a ctid is not unique.
    [Test]
    public void A_deletion_of_a_tasks_rows_by_ctid_names_the_task() =>
        Assert.That(
            Sources().SelectMany(source => DeletionByCtid().Matches(source.Text)).Where(match => !match.Value.Contains("task_key = $1", StringComparison.Ordinal))
                .Select(match => match.Groups["name"].Value),
            Is.EqualTo(["GarbageCollectionStore.UnansweredShares"]),
            "only the deletion across tasks");

    [Test]
    public void No_file_is_longer_than_600_lines() =>
        Assert.That(Sources().Where(source => source.Text.Count(character => character == '\n') > 600).Select(source => source.Name), Is.Empty);

    [GeneratedRegex(@"-- (?<name>[\w.]+)\s+DELETE FROM \S+ WHERE [^(]*\bctid\b")]
    private static partial Regex DeletionByCtid();

    [GeneratedRegex("\"dap-[0-9]")]
    private static partial Regex DraftNumber();

    [GeneratedRegex(@"\b(SELECT\s.+\sFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\s")]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(UtcNow|Now|Today)\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"^\| (?<module>Janus\.\w+) \|.*\| (?<references>[^|]*) ?\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    // Module → full names of what it may reference.
    private static Dictionary<string, string[]> Table()
    {
        Dictionary<string, string[]> table = [];
        foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(Modules, "README.md"))))
        {
            const string allBut = "all above but ";
            string references = row.Groups["references"].Value.Trim();
            string[] names = references.StartsWith(allBut, StringComparison.Ordinal)
                ? [.. table.Keys.Except(Names(references[allBut.Length..]))]
                : Names(references);
            table.Add(row.Groups["module"].Value, names);
        }

        return table;
    }

    private static string[] Names(string list) =>
        [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => $"Janus.{name}")];

    private static string[] ModulesOnDisk() =>
        [.. Directory.GetFiles(Modules, "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path)!)];

    private static IEnumerable<(string Name, string Text)> Sources(string? except = null) =>
        new[] { Modules, Checkout.Path("Janus.Host") }
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Checkout.Root, path))
            .Where(name => !name.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" || part == except))
            .Select(name => (name, File.ReadAllText(Checkout.Path(name))));
}
