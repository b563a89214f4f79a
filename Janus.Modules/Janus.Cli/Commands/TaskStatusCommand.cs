using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Datastore;
using Janus.Messages;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus task status</c>: how far a task is, and what it waits for.</summary>
internal static class TaskStatusCommand
{
    private const int Buckets = 10;

    private const string Notes =
        """
        Reports are counted since the task was added, by all processes together. "waiting" counts the reports that are not
        aggregated yet, up to 100,000 without an aggregation job and as many in one. Uploads that were refused, and how the
        other aggregator was met last, are written every ten seconds.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<int> buckets = new("--buckets") { HelpName = "N", Description = "How many batch buckets to show, the newest.", DefaultValueFactory = _ => Buckets };
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        buckets.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int given) && given is < 0 or > 10_000)
            {
                result.AddError("--buckets: a number from 0 to 10000 expected");
            }
        });
        Command command = new("status", "Show how far a task is: its reports, its batch buckets, the other aggregator, and why collection jobs wait")
        {
            taskId, buckets, json,
        };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using TaskAccess access = await TaskAccess.OpenAsync(host, configuration.Read(result), result.GetValue(taskId), cancellationToken);
            TaskStatusDescription status = TaskStatusDescription.Of(
                await access.Get<TaskStatusReader>().ReadAsync(access.Task, result.GetValue(buckets), cancellationToken));
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(status, CliJsonContext.Default.TaskStatusDescription));
            }
            else
            {
                Write(output, status);
            }

            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus task status A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s", "janus task status --json A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s");
    }

    private static void Write(TextWriter output, TaskStatusDescription status)
    {
        output.WriteLine($"{"task",-18} {status.TaskId}");
        output.WriteLine($"{"role",-18} {status.Role}");
        foreach ((string name, string value) in status.Reports.Lines())
        {
            output.WriteLine($"{name,-18} {value}");
        }

        output.WriteLine($"{"waiting",-18} {status.Waiting}{(status.Waiting > 0 ? $" ({status.InAggregationJobs} of them in aggregation jobs)" : "")}");
        WritePeer(output, status.Peer);
        if (status.BatchBuckets.Count > 0)
        {
            Table table = Terminal.Table("batch bucket", "aggregated", "waiting", "collected");
            foreach (BucketDescription bucket in status.BatchBuckets)
            {
                table.AddPlainRow(bucket.Batch, $"{bucket.Aggregated}", $"{bucket.Waiting}", bucket.Collected ? "yes" : "no");
            }

            Terminal.On(output).Write(table);
        }

        if (status.CollectionJobs is { } jobs)
        {
            CollectionJobCommand.Write(output, jobs);
        }
    }

    private static void WritePeer(TextWriter output, PeerDescription peer)
    {
        output.WriteLine($"{peer.Role,-18} {peer.Endpoint}");
        output.WriteLine($"{"  last contact",-18} {peer.LastContact ?? "never"}");
        if (peer.LastErrorAt is not null)
        {
            output.WriteLine($"{"  last error",-18} {peer.LastErrorAt}{(peer.Failing ? "" : " (over)")}: {peer.LastError}");
        }
    }
}
