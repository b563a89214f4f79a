using System.Text.Json;

namespace Janus.IntegrationTests.Packaging;

/// <summary>What the Dockerfile says, as far as a machine without a container engine can do it.</summary>
internal sealed class ImageDefinition
{
    private const string BuildOutput = "/app";
    private readonly List<string> _instructions;

    public ImageDefinition(string path) => _instructions = [.. Instructions(File.ReadAllLines(path))];

    /// <summary>The arguments of <c>dotnet</c> that make the program, without the output folder.</summary>
    public string[] PublishArguments
    {
        get
        {
            string[] words = ["publish", .. Single("RUN dotnet publish ").Split(" && ")[0].Split(' ')];
            int output = Array.IndexOf(words, "--output");
            Assert.That(words[output + 1], Is.EqualTo(BuildOutput));
            return [.. words[..output], .. words[(output + 2)..]];
        }
    }

    /// <summary>The arguments of <c>dotnet</c> that restore the packages.</summary>
    public string[] RestoreArguments => ["restore", .. Single("RUN dotnet restore ").Split(' ')];

    /// <summary>The files that are there when the packages are restored, relative to the sources.</summary>
    public string[] RestoreFiles =>
    [
        .. _instructions.TakeWhile(line => !line.StartsWith("RUN ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]),
    ];

    /// <summary>The images that it is made from.</summary>
    public string[] BaseImages => [.. _instructions.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];

    /// <summary>The environment of the image's processes.</summary>
    public Dictionary<string, string> Environment => Single("ENV ").Split(' ').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The user of the image's processes.</summary>
    public string User => Single("USER ");

    /// <summary>The program and its first arguments; the program relative to the output folder.</summary>
    public string[] EntryPoint => Relative(JsonSerializer.Deserialize<string[]>(Single("ENTRYPOINT "))!);

    /// <summary>The arguments when none are given.</summary>
    public string[] DefaultArguments => JsonSerializer.Deserialize<string[]>(Single("CMD "))!;

    /// <summary>The command that tells whether a container is healthy; the program relative to the output folder.</summary>
    public string[] HealthCheck
    {
        get
        {
            string check = Single("HEALTHCHECK ");
            return Relative(JsonSerializer.Deserialize<string[]>(check[check.IndexOf('[', StringComparison.Ordinal)..])!);
        }
    }

    private static string[] Relative(string[] command) => [Path.GetRelativePath(BuildOutput, command[0]), .. command[1..]];

    private static IEnumerable<string> Instructions(IEnumerable<string> lines)
    {
        string pending = "";
        foreach (string line in lines.Where(line => !line.StartsWith('#')).Select(line => line.Trim()))
        {
            pending += line.TrimEnd('\\');
            if (!line.EndsWith('\\'))
            {
                yield return string.Join(' ', pending.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                pending = "";
            }
        }
    }

    private string Single(string keyword) => _instructions.Single(line => line.StartsWith(keyword, StringComparison.Ordinal))[keyword.Length..];
}
