using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>DAP §4.2.2 (task-extensions): a task that must not be taken part in, though it has found its way into the database.</summary>
public sealed class UnsupportedTaskTests : ResourceFixture
{
    private static readonly TaskExtension Unknown = new((TaskExtensionType)5, new byte[] { 1 });
    private static readonly TaskExtension Always = TaskExtension.TaskInterval(new Interval(new Time(1), new Duration(1UL << 40)));

    private static readonly Dictionary<string, TaskExtension[]> Mistakes = new()
    {
        ["unknown"] = [Unknown],
        ["unknown beside a known one"] = [Always, Unknown],
        ["out of order"] = [Unknown, Always],
        ["twice"] = [Always, Always],
        ["malformed"] = [new TaskExtension(TaskExtensionType.TaskInterval, new byte[] { 1, 2 })],
        ["an interval without times"] = [TaskExtension.TaskInterval(new Interval(new Time(1), new Duration(0)))],
    };

    private static readonly IEnumerable<string> Names = Mistakes.Keys;
    private static readonly IEnumerable<Resource> Creations = Resource.WithBody;

    [Test]
    public async Task A_task_with_extensions_that_are_not_supported_is_answered_for_as_if_it_were_not_there(
        [ValueSource(nameof(Creations))] Resource resource, [ValueSource(nameof(Names))] string mistake)
    {
        TestTask sender = await AddTaskAsync(resource);
        TestTask task = await AddTaskAsync(resource.Role!.Value, new TestTaskOptions { Extensions = Mistakes[mistake] });
        Uri uri = UriOf(resource, task.Id.ToString());
        string known = $"Bearer {TokenOf(resource, sender).Secret}";
        HttpAnswer answer = await RefuseAsync(() => SendAsync(resource, uri, known, resource.MediaType, ValidBody(resource, task)));
        AssertProblem(answer, Dap.DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(Aggregator.Logs.Lines, Has.Some.Contains(task.Id.ToString()).And.Contains("extensions: "), "the operator is told why");
    }

    [TestCase("laplace:epsilon=1/999999999999999999", null, "is too wide for the field")]
    [TestCase("gaussian:epsilon=1/1000", 3, "there is no noise for")]
    public async Task A_task_whose_noise_does_not_suit_it_is_answered_for_as_if_it_were_not_there(string noise, int? rounds, string why)
    {
        TestTask task = await AddTaskAsync(Role.Leader, new TestTaskOptions
        {
            Vdaf = Dap.VdafDescription.Sum(1000),
            MultiRound = rounds is { } several ? new MultiRoundVdaf(several) : null,
            LeaderNoise = noise,
        });
        Resource upload = Creations.First();
        HttpAnswer answer = await RefuseAsync(() => SendAsync(upload, UriOf(upload, task.Id.ToString()), null, upload.MediaType, ValidBody(upload, task)));
        AssertProblem(answer, Dap.DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(Aggregator.Logs.Lines, Has.Some.Contains(task.Id.ToString()).And.Contains(why), "the operator is told why");
    }

    [Test]
    public async Task A_task_with_its_interval_alone_is_taken_part_in()
    {
        TestTask task = await AddTaskAsync(Role.Leader, new TestTaskOptions { Extensions = [Always] });
        Resource upload = Creations.First();
        HttpAnswer answer = await SendAsync(upload, UriOf(upload, task.Id.ToString()), null, upload.MediaType, ValidBody(upload, task));
        AssertOk(answer);
        Assert.That(answer.Body, Is.Empty);
    }
}
