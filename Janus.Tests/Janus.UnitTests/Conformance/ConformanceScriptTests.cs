using System.Diagnostics;
using System.Xml.Linq;
using Janus.UnitTests.Cli;

namespace Janus.UnitTests.Conformance;

/// <summary>scripts/conformance, which <c>./janus test</c> runs after the tests.</summary>
[TestFixture]
[Platform(Exclude = "Win")]
public sealed class ConformanceScriptTests
{
    private static readonly string[] Heading = ["# Title", "Words with `No.Test` in them.", "", "| ID | Level | Proof |", "|---|---|---|"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Tests_that_passed_are_proof_enough()
    {
        (int exitCode, string output) = Run(
            ["| a-1 | MUST | `ATests.One`, `BTests.Two` |", "| a-2 | MAY | none: not used |"],
            [("Janus.ATests", "One", "Passed"), ("Janus.Other.BTests", "Two", "Passed")]);
        Assert.That(output, Does.Contain("2 rows name 2 tests; 0 of these did not pass; 0 rows miss something"));
        Assert.That(exitCode, Is.Zero);
    }

    [Test]
    public void Arguments_of_fixtures_and_cases_are_no_part_of_a_name()
    {
        (int exitCode, _) = Run(
            ["| a-1 | MUST | `ATests.One`, `BTests.Two` |"],
            [
                ("Janus.ATests<Field64>(\"a.b\")", "One(1,\"x)\")", "Passed"),
                ("Janus.ATests<Field128>(\"c\")", "One(2)", "Passed"),
                ("Janus.Outer+BTests(3)", "Two", "Passed"),
            ]);
        Assert.That(exitCode, Is.Zero);
    }

    [TestCase("Failed", "failed")]
    [TestCase("Error", "failed")]
    [TestCase("NotExecuted", "was skipped")]
    [TestCase(null, "did not run")]
    public void A_test_that_did_not_pass_proves_nothing(string? outcome, string reason)
    {
        (int exitCode, string output) = Run(
            ["| a-1 | MUST | `ATests.One` |", "| a-2 | MUST | `ATests.Other`, `ATests.One` |"],
            outcome is null ? [("X.ATests", "Other", "Passed")] : [("X.ATests", "One", outcome), ("X.ATests", "Other", "Passed")]);
        Assert.That(output, Does.Contain($"ATests.One {reason}, which is to prove a-1 a-2").And.Not.Contain("ATests.Other"));
        Assert.That(exitCode, Is.EqualTo(1));
    }

    [Test]
    public void One_failed_case_is_enough_to_prove_nothing_and_one_skipped_is_not()
    {
        (string, string, string)[] passedAndSkipped = [("X.ATests", "One(1)", "Passed"), ("X.ATests", "One(2)", "NotExecuted")];
        string[] rows = ["| a-1 | MUST | `ATests.One` |"];
        Assert.That(Run(rows, passedAndSkipped).ExitCode, Is.Zero);
        Assert.That(Run(rows, [.. passedAndSkipped, ("X.ATests", "One(3)", "Failed")]).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public void A_class_of_another_name_is_another_test() =>
        Assert.That(Run(["| a-1 | MUST | `ATests.One` |"], [("X.OtherATests", "One", "Passed"), ("X.ATests", "One_more", "Passed")]).ExitCode, Is.EqualTo(1));

    [Test]
    public void What_is_missing_is_listed_and_fails_the_run()
    {
        (int exitCode, string output) = Run(
            ["| a-1 | MUST | `ATests.One`, missing: a test of two |", "| a-2 | MAY | missing: all of it |"],
            [("X.ATests", "One", "Passed")]);
        Assert.That(output, Does.Contain("missing for a-1: a test of two").And.Contain("missing for a-2: all of it"));
        Assert.That(exitCode, Is.EqualTo(1));
    }

    [Test]
    public void A_document_without_rows_is_a_mistake() =>
        Assert.That(Run([], [("X.ATests", "One", "Passed")]).ExitCode, Is.EqualTo(1));

    [Test]
    public void The_document_of_the_repository_is_read_as_the_other_tests_read_it()
    {
        string document = Path.Combine(ConformanceDocument.Current.Root, "docs", "conformance.md");
        (_, string output) = Run(document, [("X.ATests", "One", "Passed")]);
        int tests = ConformanceDocument.Current.Rows.SelectMany(row => ConformanceDocument.TestsOf(row.Proof)).Distinct().Count();
        Assert.That(output, Does.Contain($"{ConformanceDocument.Current.Rows.Count} rows name {tests} tests; {tests} of these did not pass"));
    }

    private (int ExitCode, string Output) Run(string[] rows, (string Class, string Method, string Outcome)[] results)
    {
        string document = _folder.File("document.md");
        File.WriteAllLines(document, [.. Heading, .. rows, "", "More words with `No.Test`."]);
        return Run(document, results);
    }

    private (int ExitCode, string Output) Run(string document, (string Class, string Method, string Outcome)[] results)
    {
        // Two files, as of two test projects.
        string[] files = [_folder.File("first.trx"), _folder.File("second.trx")];
        ResultsOf(results[..1], "a").Save(files[0]);
        ResultsOf(results[1..], "b").Save(files[1]);
        ProcessStartInfo start = new("sh") { RedirectStandardOutput = true };
        foreach (string argument in (string[])[Path.Combine(ConformanceDocument.Current.Root, "scripts", "conformance"), document, .. files])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    // The parts of a TRX file that matter, under its namespace.
    private static XDocument ResultsOf((string Class, string Method, string Outcome)[] results, string prefix)
    {
        XNamespace space = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        return new XDocument(new XElement(
            space + "TestRun",
            new XElement(space + "Results", results.Select((one, i) => new XElement(
                space + "UnitTestResult",
                new XAttribute("executionId", i),
                new XAttribute("testId", $"{prefix}{i}"),
                new XAttribute("testName", one.Method),
                new XAttribute("outcome", one.Outcome),
                new XElement(space + "Output", new XElement(space + "StdOut", "outcome=\"Failed\" <UnitTestResult "))))),
            new XElement(space + "TestDefinitions", results.Select((one, i) => new XElement(
                space + "UnitTest",
                new XAttribute("name", one.Method),
                new XAttribute("id", $"{prefix}{i}"),
                new XElement(space + "Execution", new XAttribute("id", i)),
                new XElement(space + "TestMethod", new XAttribute("className", one.Class), new XAttribute("name", one.Method)))))));
    }
}
