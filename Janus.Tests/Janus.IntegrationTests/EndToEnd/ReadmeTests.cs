using System.Text.RegularExpressions;
using Janus.Dap;
using Janus.IntegrationTests.Embedded;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>The programs in the README and in the packages' readme are those that are compiled and run here.</summary>
[TestFixture]
public sealed partial class ReadmeTests() : EndToEndFixture(asynchronous: false)
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Programs_of_the_readme_upload_and_collect()
    {
        DeployedTask task = await AddTaskAsync(VdafDescription.Sum(1000), BatchMode.TimeInterval, minBatchSize: 5);
        TestMeasurement[] measurements = await UploadAsync(task, 5);
        using TestDirectory folder = new();
        await task.WriteFilesAsync(folder.Root, Token);
        StringWriter output = new() { NewLine = "\n" };
        ReadmeExamples examples = new(folder.Root, Then.AddMinutes(90), output);

        await examples.UploadAsync();
        await examples.CollectAsync();

        Assert.That(output.ToString(), Is.EqualTo($"2 reports accepted\n5 reports: {TestMeasurement.Sum(measurements)[0]}\n"));
    }

    [TestCase("README.md")]
    [TestCase("Janus.Modules/PACKAGE.md")]
    public void Programs_of_a_readme_are_the_ones_that_run_and_have_ten_lines(string readme)
    {
        string[] programs = [.. CSharp().Matches(File.ReadAllText(Checkout.Path(readme))).Select(block => block.Groups["code"].Value)];
        string examples = File.ReadAllText(Checkout.Path("Janus.Tests", "Janus.IntegrationTests", "EndToEnd", "ReadmeExamples.cs"));
        Assert.That(programs, Has.Length.EqualTo(2));
        Assert.That(programs.Select(StatementsOf), Is.EqualTo(Methods().Matches(examples).Select(method => AsInReadme(method.Groups["body"].Value))));
        Assert.That(programs.Select(program => program.Trim().Split('\n').Length), Has.All.LessThanOrEqualTo(10));
        Assert.That(
            programs.SelectMany(program => Usings().Matches(program).Select(line => line.Value)).Distinct(),
            Is.SubsetOf(Usings().Matches(examples).Select(line => line.Value)));
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex(@"public async Task \w+\(\)\n    {\n(?<body>.*?)\n    }", RegexOptions.Singleline)]
    private static partial Regex Methods();

    [GeneratedRegex(@"^using [\w.]+;$", RegexOptions.Multiline)]
    private static partial Regex Usings();

    private static string StatementsOf(string program) => program[(program.IndexOf("\n\n", StringComparison.Ordinal) + 2)..].Trim();

    private static string AsInReadme(string body) => FileCall().Replace(body, "\"${name}\"")
        .Replace("output.WriteLine", "Console.WriteLine", StringComparison.Ordinal)
        .Replace(" now,", " DateTimeOffset.UtcNow,", StringComparison.Ordinal)
        .Replace("\n        ", "\n", StringComparison.Ordinal)
        .Trim();

    [GeneratedRegex("""File\("(?<name>[^"]+)"\)""")]
    private static partial Regex FileCall();
}
