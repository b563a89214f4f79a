using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Packaging;

/// <summary><c>dotnet pack</c> makes a package of each library, with all that one expects of a package, and of nothing else.</summary>
public sealed class PackageTests
{
    private static readonly string[] Libraries = ["Janus.Codec", "Janus.Vdaf", "Janus.Hpke", "Janus.Messages", "Janus.Dap", "Janus.Client", "Janus.Collector"];
    private static readonly string[] ServerParts = ["Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.AspNetCore", "Janus.Datastore", "Janus.Aggregator"];

    private TestDirectory _packages = null!;

    [OneTimeSetUp]
    public async Task Pack()
    {
        _packages = new TestDirectory();

        // The folder of these tests ends in bin/Release/net10.0: what they were built as is packed as it is.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        ProcessStartInfo start = new(
            HostProgram.Dotnet,
            ["pack", Checkout.Path("Janus.sln"), "--no-build", "--configuration", configuration, "--output", _packages.Root, "--nologo", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process pack = Process.Start(start)!;
        Task<string> error = pack.StandardError.ReadToEndAsync();
        string output = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync();
        Assert.That(pack.ExitCode, Is.Zero, output + await error);
    }

    [OneTimeTearDown]
    public void DeletePackages() => _packages.Dispose();

    [Test]
    public void Only_the_libraries_are_packages() => Assert.That(
        Directory.GetFiles(_packages.Root).Select(NameOf),
        Is.EquivalentTo(Libraries.SelectMany(library => (string[])[$"{library}.nupkg", $"{library}.snupkg"])));

    [TestCaseSource(nameof(Libraries))]
    public void A_package_tells_what_it_is_and_holds_its_documentation(string library)
    {
        using ZipArchive package = Open(library, "nupkg");
        using ZipArchive symbols = Open(library, "snupkg");
        XElement metadata = MetadataOf(package);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value(metadata, "license"), Is.EqualTo("Apache-2.0"));
            Assert.That(Value(metadata, "readme"), Is.EqualTo("README.md"));
            Assert.That(Value(metadata, "description"), Does.EndWith(".").And.Not.Contain("Package Description"));
            Assert.That(Value(metadata, "tags"), Does.Contain("vdaf"));
            Assert.That(Value(metadata, "authors"), Is.EqualTo("The Janus for .NET authors"));
            Assert.That(package.Entries.Select(entry => entry.FullName), Is.SupersetOf((string[])["README.md", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"]));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Has.Member($"lib/net10.0/{library}.pdb"));
        }

        using StreamReader readme = new(package.GetEntry("README.md")!.Open());
        Assert.That(readme.ReadToEnd(), Is.EqualTo(File.ReadAllText(Checkout.Path("Janus.Modules", "PACKAGE.md"))));
    }

    [TestCaseSource(nameof(Libraries))]
    public void A_package_depends_on_libraries_only(string library)
    {
        using ZipArchive package = Open(library, "nupkg");
        string[] dependencies = [.. MetadataOf(package).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!)];
        Assert.That(dependencies.Where(id => id.StartsWith("Janus.", StringComparison.Ordinal)), Is.SubsetOf(Libraries));
        Assert.That(dependencies.Where(id => ServerParts.Any(part => id.StartsWith(part, StringComparison.Ordinal))), Is.Empty);
        Assert.That(dependencies.Contains("Janus.Dap"), Is.EqualTo(library is "Janus.Client" or "Janus.Collector"));
    }

    // Janus.Codec.0.1.0.nupkg → Janus.Codec.nupkg
    private static string NameOf(string path) => string.Join('.', Path.GetFileName(path).Split('.').Where(part => !part.All(char.IsAsciiDigit)));

    private static XElement MetadataOf(ZipArchive package)
    {
        using Stream nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    private static string? Value(XElement metadata, string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private ZipArchive Open(string library, string extension) =>
        ZipFile.OpenRead(Directory.GetFiles(_packages.Root).Single(path => NameOf(path) == $"{library}.{extension}"));
}
