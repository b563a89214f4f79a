using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov peer …</c>: the aggregators with which this one takes part in advertised tasks.</summary>
internal static class TaskprovPeerCommand
{
    public static Command Create(IProcessHost host) => new("peer", "The aggregators with which this one takes part in advertised tasks")
    {
        TaskprovPeerAddCommand.Create(host),
        CreateList(host),
        CreateShow(host),
        CreateSet(host),
        CreateRemove(host),
        TaskprovVerifyKeyInitCommands.CreateAdd(host),
        TaskprovVerifyKeyInitCommands.CreateRemove(host),
        TaskTokenCommand.Create(host, CredentialOwner.PeerArgument),
        TaskCertificateCommand.Create(host, CredentialOwner.PeerArgument),
    };

    /// <summary>The argument that names a peer.</summary>
    public static Argument<string> PeerArgument() => new("PEER") { Description = "The peer's number or endpoint, as 'janus taskprov peer list' prints it." };

    /// <summary>The peer that an argument names.</summary>
    /// <exception cref="CliException">There is none, or there are two.</exception>
    public static async Task<TaskprovPeer> FindAsync(TaskprovPeerStore store, string peer, CancellationToken cancellationToken)
    {
        IReadOnlyList<TaskprovPeer> peers = await store.ListAsync(cancellationToken);
        TaskprovPeer[] found = int.TryParse(peer, NumberStyles.None, CultureInfo.InvariantCulture, out int key)
            ? [.. peers.Where(one => one.Key == key)]
            : [.. peers.Where(one => one.Endpoint == TaskprovEndpoints.Normalize(peer))];
        return found switch
        {
            [var one] => one,
            [] => throw new CliException($"there is no peer {peer} ('janus taskprov peer list' lists them)"),
            _ => throw new CliException($"{peer} is a peer in both roles; give its number ('janus taskprov peer list')"),
        };
    }

    private static Command CreateList(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = JsonOption();
        Command command = new("list", "List the peers, without their secrets") { json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            IReadOnlyList<TaskprovPeer> peers = await datastore.Stores.GetRequiredService<TaskprovPeerStore>().ListAsync(cancellationToken);
            IReadOnlyList<TaskprovPeerDescription> descriptions = [.. peers.Select(TaskprovPeerDescription.Of)];
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(descriptions, CliJsonContext.Default.IReadOnlyListTaskprovPeerDescription));
            }
            else if (descriptions.Count == 0)
            {
                await output.WriteLineAsync("no peers ('janus taskprov peer add' adds one)");
            }
            else
            {
                WriteTable(output, descriptions);
            }

            return 0;
        });
        return command.WithNotes("key IDs are the verification key IDs of the shared secrets. 'janus taskprov peer show PEER' shows the rest, and --json all of it.")
            .WithExamples("janus taskprov peer list", "janus taskprov peer list --json");
    }

    private static Command CreateShow(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<bool> json = JsonOption();
        Argument<string> peer = PeerArgument();
        Command command = new("show", "Show one peer, without its secrets") { peer, json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskprovPeerDescription found = TaskprovPeerDescription.Of(
                await FindAsync(datastore.Stores.GetRequiredService<TaskprovPeerStore>(), result.GetValue(peer)!, cancellationToken));
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(found, CliJsonContext.Default.TaskprovPeerDescription));
            }
            else
            {
                WriteDetails(output, found);
            }

            return 0;
        });
        return command.WithExamples("janus taskprov peer show 1", "janus taskprov peer show https://helper.example/ --json");
    }

    private static Command CreateSet(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<string> peer = PeerArgument();
        Option<string?> collectorHpkeConfig = new("--collector-hpke-config") { HelpName = "FILE|BASE64URL", Description = "What aggregate shares of new tasks are encrypted to." };
        Option<ulong?> targetBatchSize = new("--target-batch-size") { HelpName = "N", Description = "Leader, leader-selected: how many reports a batch gets, if that is more than the task's minimum; 0 for the minimum." };
        Option<TimeSpan?> batchTimeWindow = TextOption.Create<TimeSpan?>(
            "--batch-time-window", "DURATION", "Leader, leader-selected: the longest time that a batch spans.", text => DurationText.Parse(text));
        Option<bool?> asynchronous = new("--asynchronous") { HelpName = "true|false", Description = "Helper: answer the leader later." };
        Option<TimeSpan?> reportExpiryAge = TextOption.Create<TimeSpan?>(
            "--report-expiry-age", "DURATION", "How old reports of its new tasks may get here, such as 14d, or never.", text => text == "never" ? TimeSpan.Zero : DurationText.Parse(text));
        Option<DifferentialPrivacyStrategy?> noise = TextOption.Create(
            "--differential-privacy",
            "none|laplace:epsilon=E|gaussian:epsilon=E",
            "The noise of this aggregator for its new tasks, with a budget E such as 1/2 or 0.5 for each batch.",
            text => text == "none" ? null : DifferentialPrivacyStrategy.Parse(text));
        Option<bool?> newTasks = new("--new-tasks") { HelpName = "true|false", Description = "Whether new tasks are opted into; those that are here go on." };
        Option[] changes = [collectorHpkeConfig, targetBatchSize, batchTimeWindow, asynchronous, reportExpiryAge, noise, newTasks];
        Command command = new("set", "Change a peer; running processes take it up by themselves, for new tasks") { peer };
        foreach (Option option in changes)
        {
            command.Options.Add(option);
        }

        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (changes.All(option => result.GetResult(option) is null))
            {
                result.AddError($"at least one of {string.Join(", ", changes.Select(option => option.Name))} expected");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskprovPeerStore store = datastore.Stores.GetRequiredService<TaskprovPeerStore>();
            TaskprovPeer found = await FindAsync(store, result.GetValue(peer)!, cancellationToken);
            TaskprovPeer changed = found with
            {
                CollectorHpkeConfig = result.GetValue(collectorHpkeConfig) is { } config
                    ? await CollectorKeyFile.ReadConfigAsync(config, cancellationToken)
                    : found.CollectorHpkeConfig,
                TargetBatchSize = result.GetValue(targetBatchSize) is { } size ? (size == 0 ? null : size) : found.TargetBatchSize,
                BatchTimeWindow = result.GetValue(batchTimeWindow) ?? found.BatchTimeWindow,
                Asynchronous = result.GetValue(asynchronous) ?? found.Asynchronous,
                ReportExpiryAge = result.GetValue(reportExpiryAge) is { } age ? (age == TimeSpan.Zero ? null : age) : found.ReportExpiryAge,
                DifferentialPrivacy = result.GetResult(noise) is null ? found.DifferentialPrivacy : result.GetValue(noise),
                AcceptsNewTasks = result.GetValue(newTasks) ?? found.AcceptsNewTasks,
            };
            TaskprovPeerChanges.RequireFitting(changed);
            await store.UpdateAsync(changed, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"peer {found.Key} changed for new tasks");
            return 0;
        });
        return command.WithExamples("janus taskprov peer set 1 --new-tasks false", "janus taskprov peer set https://leader.example/ --asynchronous true");
    }

    private static Command CreateRemove(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<string> peer = PeerArgument();
        Command command = new("remove", "Remove a peer that has no tasks (any more), with its secrets and tokens") { peer };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskprovPeerStore store = datastore.Stores.GetRequiredService<TaskprovPeerStore>();
            TaskprovPeer found = await FindAsync(store, result.GetValue(peer)!, cancellationToken);
            if (!await store.RemoveAsync(found.Key, cancellationToken))
            {
                throw new CliException($"peer {found.Key} has tasks, which need its tokens; 'janus taskprov peer set {found.Key} --new-tasks false' lets no new ones in");
            }

            await result.InvocationConfiguration.Output.WriteLineAsync($"peer {found.Key} removed");
            return 0;
        });
        return command.WithExamples("janus taskprov peer remove 1");
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Print JSON, for programs." };

    private static void WriteTable(TextWriter output, IEnumerable<TaskprovPeerDescription> peers) => Terminal.WriteList(
        output,
        ["peer", "its role", "new tasks", "key IDs", "endpoint"],
        [.. peers.Select(peer => (string[])[$"{peer.Peer}", peer.PeerRole, peer.NewTasks ? "yes" : "no", string.Join(", ", peer.VerificationKeyIds), peer.Endpoint])]);

    private static void WriteDetails(TextWriter output, TaskprovPeerDescription peer)
    {
        (string Name, string? Value)[] lines =
        [
            ("peer", $"{peer.Peer}"),
            ("endpoint", peer.Endpoint),
            ("its role", peer.PeerRole),
            ("new tasks", peer.NewTasks ? "yes" : "no"),
            ("verification key IDs", string.Join(", ", peer.VerificationKeyIds)),
            ("tokens", string.Join(", ", peer.Tokens)),
            ("target batch size", peer.TargetBatchSize?.ToString(CultureInfo.InvariantCulture)),
            ("batch time window", peer.BatchTimeWindow is { } window ? $"{window}s" : null),
            ("asynchronous", peer.Asynchronous is { } later ? (later ? "yes" : "no") : null),
            ("report expiry age", peer.ReportExpiryAge is { } age ? $"{age}s" : "never"),
            ("differential privacy", peer.DifferentialPrivacy ?? "none"),
            ("collector HPKE config", peer.CollectorHpkeConfig),
            ("added", peer.CreatedAt),
        ];
        foreach ((string name, string? value) in lines.Where(line => line.Value is not null))
        {
            output.WriteLine($"{name,-22} {value}");
        }
    }
}
