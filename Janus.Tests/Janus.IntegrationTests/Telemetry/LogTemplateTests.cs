using System.Reflection;
using System.Text.RegularExpressions;
using Janus.Aggregator;
using Janus.Datastore;
using Microsoft.Extensions.Logging;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>Every log line says whom it is about.</summary>
[TestFixture]
public sealed partial class LogTemplateTests
{
    // What cannot name a task, and why.
    private static readonly Dictionary<string, string> WithoutTask = new()
    {
        ["AggregationJobCreator.LogCreationFailed"] = "the tasks themselves cannot be listed",
        ["JobDriver`1.LogAcquisitionFailed"] = "no job is known yet",
        ["RefusalLog.LogRefused"] = "the request is about no task",
        ["RefusalLog.LogRefusedMore"] = "the requests are about no task",
        ["ReportWriter.LogWriteFailed"] = "one transaction writes the reports of many tasks",
        ["DatabaseState.LogBegan"] = "the database is that of all tasks",
        ["JanusProcess.LogStarted"] = "a process is about all tasks",
        ["GarbageCollector.LogCollected"] = "a round is about all tasks",
    };

    private static readonly Assembly[] Assemblies = [typeof(AggregatorOptions).Assembly, typeof(TaskStore).Assembly, typeof(Janus.Host.Hosting.JanusApplication).Assembly];

    private static IEnumerable<(string Name, string Message, LogLevel Level)> Templates() => Assemblies
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(method => (Method: method, Attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
        .Where(pair => pair.Attribute is not null)
        .Select(pair => ($"{pair.Method.DeclaringType!.Name}.{pair.Method.Name}", pair.Attribute!.Message, pair.Attribute.Level));

    [Test]
    public void Every_template_is_found() => Assert.That(Templates().Count(), Is.GreaterThan(60));

    [Test]
    public void Line_about_a_job_a_request_or_a_report_names_the_task() => Assert.Multiple(() =>
    {
        foreach ((string name, string message, LogLevel _) in Templates().Where(template => AboutTask().IsMatch(template.Message)))
        {
            Assert.That(message.Contains("{TaskId}", StringComparison.Ordinal) || message.Contains("{Peer}", StringComparison.Ordinal) || WithoutTask.ContainsKey(name), $"{name}: {message}");
        }
    });

    [Test]
    public void Line_about_a_peer_names_it_or_the_task() => Assert.Multiple(() =>
    {
        foreach ((string name, string message, LogLevel _) in Templates().Where(template => AboutPeer().IsMatch(template.Message)))
        {
            Assert.That(Address().IsMatch(message), $"{name}: {message}");
        }
    });

    [Test]
    public void Every_exception_from_the_rule_is_one() =>
        Assert.That(Templates().Select(template => template.Name), Is.SupersetOf(WithoutTask.Keys));

    [GeneratedRegex(@"(?i)\{Job\}|\bjobs?\b|\brequests?\b|\breports?\b|\baggregate share\b")]
    private static partial Regex AboutTask();

    // "Helpers" in general are no peer.
    [GeneratedRegex(@"\b(Helper|Leader|Collector|peer)\b")]
    private static partial Regex AboutPeer();

    [GeneratedRegex(@"\{(TaskId|Peer|Endpoint|Location)\}")]
    private static partial Regex Address();
}
