using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Packaging;

/// <summary>The container image without a container engine: its build command is run, and its program started as it would be there.</summary>
[TestFixture]
public sealed class ImageTests
{
    // What .dockerignore keeps out of the build, and what a build leaves behind.
    private static readonly HashSet<string> NotCopied = [.. File.ReadAllLines(Checkout.Path(".dockerignore")).Select(line => line.Replace("**/", "", StringComparison.Ordinal))];

    private readonly ImageDefinition _image = new(Checkout.Path("Dockerfile"));
    private TestDirectory _directory = null!;

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    [CancelAfter(400_000)]
    public async Task Image_builds_and_its_program_migrates_serves_is_healthy_and_writes_nothing()
    {
        CancellationToken token = TestContext.CurrentContext.CancellationToken;
        string program = _directory.Path("app");
        foreach (string file in _image.RestoreFiles)
        {
            string copy = Path.Combine(_directory.Path("source"), file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Checkout.Path(file), copy);
        }

        await RunAsync("dotnet", _image.RestoreArguments, _directory.Path("source"), [], token);
        Copy(Checkout.Root, _directory.Path("source"));
        await RunAsync("dotnet", [.. _image.PublishArguments, "--output", program], _directory.Path("source"), [], token);
        File.CreateSymbolicLink(Path.Combine(program, "janus"), "Janus.Host");
        string[] shipped = FilesBelow(program);
        await using TestDatabase database = await TestPostgres.CreateEmptyDatabaseAsync();
        int port = FreePort();
        Dictionary<string, string> environment = new(_image.Environment)
        {
            ["JANUS_DATABASE_URL"] = database.ConnectionString,
            ["JANUS__Database__DatastoreKeys"] = DatastoreKeys.Generate(),
            ["JANUS__Http__Listen"] = _image.Environment["JANUS__Http__Listen"].Replace("8080", $"{port}", StringComparison.Ordinal),
            // There is nowhere to write to.
            ["TMPDIR"] = "/nonexistent",
            ["HOME"] = "/nonexistent",
        };

        await RunAsync(Path.Combine(program, _image.EntryPoint[0]), [.. _image.EntryPoint[1..], "migrate"], program, environment, token);
        using Process server = Start(Path.Combine(program, _image.EntryPoint[0]), [.. _image.EntryPoint[1..], .. _image.DefaultArguments], program, environment);
        Task<string> output = server.StandardOutput.ReadToEndAsync(token);
        string[] check = [.. _image.HealthCheck[1..], "--url", $"http://127.0.0.1:{port}/"];
        while (await TryRunAsync(Path.Combine(program, _image.HealthCheck[0]), [.. check, "--ready"], program, environment, token) != 0)
        {
            Assert.That(server.HasExited, Is.False, "the program ended");
        }

        await RunAsync(Path.Combine(program, _image.HealthCheck[0]), check, program, environment, token);
        using (HttpClient http = new())
        {
            Assert.That((await http.GetAsync(new Uri($"http://127.0.0.1:{port}/hpke_config"), token)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        await RunAsync("kill", ["-TERM", $"{server.Id}"], program, [], token);
        await server.WaitForExitAsync(token);
        Assert.That(server.ExitCode, Is.Zero, await output);
        Assert.That(await TryRunAsync(Path.Combine(program, _image.HealthCheck[0]), check, program, environment, token), Is.EqualTo(1), "unhealthy once it has stopped");
        Assert.That(FilesBelow(program), Is.EqualTo(shipped), "the root file system may be read-only");
    }

    [Test]
    public void Packages_are_restored_from_every_project_file_and_from_no_source()
    {
        string[] projects = [.. ((string[])["Janus.Host", "Janus.Modules", "migrations"])
            .SelectMany(folder => Directory.GetFiles(Checkout.Path(folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Checkout.Root, path))];

        Assert.That(_image.RestoreFiles.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)), Is.EquivalentTo(projects));
        Assert.That(_image.RestoreFiles.Except(projects), Is.EquivalentTo(["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"]));
    }

    [Test]
    public void Base_images_are_pinned_by_digest() =>
        Assert.That(_image.BaseImages, Has.Length.EqualTo(2).And.All.Match(@"^mcr\.microsoft\.com/dotnet/(sdk:10\.0|aspnet:10\.0-noble-chiseled)@sha256:[0-9a-f]{64}$"));

    [Test]
    public void Image_runs_as_a_user_without_rights() => Assert.That(_image.User, Is.EqualTo("$APP_UID"));

    private static void Copy(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (string file in Directory.GetFiles(source).Where(file => !NotCopied.Contains(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)), overwrite: true);
        }

        foreach (string folder in Directory.GetDirectories(source).Where(folder => !NotCopied.Contains(Path.GetFileName(folder))))
        {
            Copy(folder, Path.Combine(destination, Path.GetFileName(folder)));
        }
    }

    private static string[] FilesBelow(string folder) => [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, string[] arguments, string folder, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using Process process = Start(program, arguments, folder, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        string error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {await output}{error}");
    }

    private static async Task<int> TryRunAsync(string program, string[] arguments, string folder, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using Process process = Start(program, arguments, folder, environment);
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private static Process Start(string program, string[] arguments, string folder, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
