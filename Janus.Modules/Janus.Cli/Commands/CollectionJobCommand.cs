using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary><c>janus collection-job …</c>: what Collectors have asked a Leader for.</summary>
internal static class CollectionJobCommand
{
    private const string DeleteNotes =
        """
        A job that waits leaves nothing behind: its batch can be collected by another one. The batch of a job that is fenced
        or finished stays collected, and its result is lost to the Collector unless it has it already: --yes says that this
        is meant. The Collector is told that the job was deleted when it asks again.
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static Command Create(IProcessHost host) => new("collection-job", "What Collectors have asked this aggregator for as Leader")
    {
        CreateList(host),
        CreateDelete(host),
    };

    /// <summary>Writes jobs for people: two lines each, so that they fit a narrow terminal.</summary>
    public static void Write(TextWriter output, IReadOnlyList<CollectionJobDescription> jobs)
    {
        output.WriteLine(jobs.Count == 0 ? "no collection jobs" : "collection jobs");
        foreach (CollectionJobDescription job in jobs)
        {
            output.WriteLine($"  {job.CollectionJobId} {job.State}, {job.Batch ?? "no batch yet"}");
            output.WriteLine($"    asked for at {job.CreatedAt}: {job.Explanation}");
        }
    }

    private static Command CreateList(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("list", "List a task's collection jobs, the newest 100, and why they wait") { taskId, json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using TaskAccess access = await OpenLeaderAsync(host, configuration.Read(result), result.GetValue(taskId), cancellationToken);
            IReadOnlyList<CollectionStatus> found = await access.Get<TaskStatusReader>().ReadJobsAsync(access.Task, cancellationToken);
            IReadOnlyList<CollectionJobDescription> jobs = [.. found.Select(job => CollectionJobDescription.Of(access.Task, job))];
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(jobs, CliJsonContext.Default.IReadOnlyListCollectionJobDescription));
            }
            else
            {
                Write(output, jobs);
            }

            return 0;
        });
        return command.WithExamples(
            "janus collection-job list A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s", "janus collection-job list --json A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s");
    }

    private static Command CreateDelete(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<bool> yes = new("--yes", "-y") { Description = "Delete it although its batch is collected." };
        Argument<CollectionJobId> jobId = new("JOB-ID")
        {
            Description = "The collection job ID, base64url.",
            CustomParser = parsed =>
            {
                if (!Identifier.TryParse(parsed.Tokens.Single().Value, out CollectionJobId id))
                {
                    parsed.AddError($"JOB-ID: {CollectionJobId.Length} bytes in base64url without padding expected");
                }

                return id;
            },
        };
        Command command = new("delete", "Delete a collection job, such as one for an interval that was mistyped") { taskId, jobId, yes };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            CollectionJobId id = result.GetValue(jobId);
            await using TaskAccess access = await OpenLeaderAsync(host, configuration.Read(result), result.GetValue(taskId), cancellationToken);
            CollectionJobStore store = access.Get<CollectionJobStore>();
            CollectionJob? job = await store.FindAsync(access.Task.Key, id, cancellationToken);
            if (job is null or { State: CollectionJobState.Deleted })
            {
                throw new CliException($"task {access.Task.Id} has no collection job {id} ('janus collection-job list {access.Task.Id}' lists them)");
            }

            // A job that waits may be fenced at any moment: the store decides.
            CollectionJobDeletion? deleted = result.GetValue(yes)
                ? await store.DeleteAsync(access.Task.Key, id, cancellationToken)
                : await store.DeleteUncollectedAsync(access.Task.Key, id, cancellationToken);
            if (deleted is not { } deletion)
            {
                throw new CliException(await store.FindAsync(access.Task.Key, id, cancellationToken) is { State: CollectionJobState.Fenced or CollectionJobState.Finished }
                    ? $"nothing was deleted: the batch of collection job {id} stays collected, and its result is lost; --yes expected"
                    : $"collection job {id} has just been deleted by somebody else");
            }

            TextWriter output = result.InvocationConfiguration.Output;
            await output.WriteLineAsync($"collection job {id} deleted");
            if (deletion.HelperLocation is { } location)
            {
                await output.WriteLineAsync(await TryForgetAsync(access, new Uri(location), cancellationToken) is { } failure
                    ? $"the Helper keeps its aggregate share for it until it expires: {failure}"
                    : "the Helper has deleted its aggregate share for it");
            }

            return 0;
        });
        return command.WithNotes(DeleteNotes).WithExamples(
            "janus collection-job delete A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s Q1w2E3r4T5y6U7i8O9p0Aw");
    }

    private static async Task<TaskAccess> OpenLeaderAsync(
        IProcessHost host, ConfigurationArguments configuration, TaskId id, CancellationToken cancellationToken)
    {
        TaskAccess access = await TaskAccess.OpenAsync(host, configuration, id, cancellationToken);
        if (access.Task.Role == Role.Leader)
        {
            return access;
        }

        await access.DisposeAsync();
        throw new CliException($"this aggregator is the helper of task {id}: collection jobs are at the leader");
    }

    // As a Leader does when the Collector deletes a job: asked once, and nothing depends on it.
    private static async Task<string?> TryForgetAsync(TaskAccess access, Uri location, CancellationToken cancellationToken)
    {
        try
        {
            using HttpClient client = access.Datastore.CreatePeerClient();
            client.Timeout = Timeout;
            DapExchange exchange = new(client, new BackOff { MaximumAttempts = 1 }, TimeProvider.System);
            await exchange.SendAsync(
                DapVersion.Newest.Requests.DeleteAggregateShare(location) with { Token = access.Task.TokenToPresentAt(TimeProvider.System.GetUtcNow())?.Token }, cancellationToken);
            return null;
        }
        catch (DapResponseException failure)
        {
            return failure.Message + Remedy.For(failure, Role.Leader);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
        {
            return PeerFailures.Describe(location, failure).Finding;
        }
    }
}
