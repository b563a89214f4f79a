using System.CommandLine;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus task add</c>: provisions a task, new or described by the other Aggregator's file.</summary>
internal static class TaskAddCommand
{
    private const string Notes =
        """
        A new task gets a random ID, verification key and tokens. What each of the other parties has to know is written
        to the folder --output as JSON files, none of which is needed here any more:
          helper.json     (secret) for the Helper's operator: janus task add --task-file helper.json
          (leader.json)   (secret) instead, when the Helper makes the task: janus task add --task-file leader.json
          collector.json  (secret) for the Collector: janus collect --task-file collector.json --key collector-key.json
          client.json     (public) for every Client: janus upload --task-file client.json 42

        Their members are "for" (leader, helper, collector or client), "task_id", "task_configuration" (the encoded
        TaskConfiguration, byte for byte), "vdaf" (as in --vdaf; may be left out), and for those who need them
        "verify_key", "verification_key_id" (0 if left out), "collector_hpke_config" (the encoded HpkeConfig),
        "aggregator_token" and "collector_token". Bytes are base64url without padding. A task that was agreed upon with
        another implementation is added from such a file, written by hand. "task_configuration_fingerprint" and
        "verify_key_fingerprint" may be left out: they are short, and not secret, so that two operators can compare them.

        With --differential-privacy an aggregator adds noise to its aggregate share of every batch, so that no single report
        can be told from the result, whatever the other aggregator does: discrete Laplace noise for epsilon-differential
        privacy, or discrete Gaussian noise for zero-concentrated differential privacy with rho = epsilon^2/2. It is written
        to the others' files as "differential_privacy": the other aggregator then adds as much noise of its own, unless its
        operator says otherwise, and the collector is told how noisy a result is.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        TaskOptions task = new();
        Option<Role?> role = TextOption.Choice<Role?>(
            "--role", "What this aggregator is in the task.", new Dictionary<string, Role?> { ["leader"] = Role.Leader, ["helper"] = Role.Helper });
        Option<string?> taskFile = new("--task-file") { HelpName = "PATH", Description = "Add the task of this file, which the other aggregator's operator has made." };
        Option<string?> output = new("--output", "-o") { HelpName = "FOLDER", Description = "Where a new task's files for the others are written; not needed when ID, task info, keys and tokens are given, since the others know them." };
        Option<ulong?> targetBatchSize = new("--target-batch-size") { HelpName = "N", Description = "Leader, leader-selected: how many reports a batch gets; the minimum unless given." };
        Option<TimeSpan?> batchTimeWindow = TextOption.Create<TimeSpan?>(
            "--batch-time-window", "DURATION", "Leader, leader-selected: the longest time that a batch spans; unlimited unless given.", text => DurationText.Parse(text));
        Option<bool> asynchronous = new("--asynchronous") { Description = "Helper: answer the leader later, and let drivers do the work meanwhile; at once unless given." };
        Option<TimeSpan?> reportExpiryAge = TextOption.Create<TimeSpan?>(
            "--report-expiry-age",
            "DURATION",
            "How old reports may get here, such as 14d: older ones are refused, and what they have left is removed. Each aggregator chooses its own; never unless given.",
            text => DurationText.Parse(text));
        Option<DifferentialPrivacyStrategy?> noise = TextOption.Create(
            "--differential-privacy",
            "none|laplace:epsilon=E|gaussian:epsilon=E",
            "The noise of this aggregator, with a budget E such as 1/2 or 0.5 for each batch; as the file of --task-file has it, or none, unless given.",
            text => text == "none" ? null : DifferentialPrivacyStrategy.Parse(text));
        Option<bool> allowHttp = new("--allow-http") { Description = "Take http endpoints that are not on this machine: for tests only." };

        Command command = new("add", "Add a task to this aggregator: a new one, or the one in a file from the other aggregator") { role, taskFile };
        task.AddTo(command);
        foreach (Option option in new Option[] { targetBatchSize, batchTimeWindow, asynchronous, reportExpiryAge, noise, output, allowHttp })
        {
            command.Options.Add(option);
        }

        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(taskFile) is not null)
            {
                foreach (string name in task.Given(result).Concat(result.GetResult(output) is null ? [] : [output.Name]))
                {
                    result.AddError($"{name} is for a new task, it cannot be given with --task-file");
                }

                return;
            }

            Role? given;
            try
            {
                given = result.GetValue(role);
            }
            catch (InvalidOperationException)
            {
                // The parser tells of a role that is none; what is missing depends on it.
                return;
            }

            // Without files, nobody would learn what is made up here; who has agreed on all of it needs none.
            string[] madeUp = result.GetResult(output) is null ? [.. task.MadeUp(result, given)] : [];
            string[] missing = [.. result.GetResult(role) is null ? [role.Name] : Array.Empty<string>(), .. task.Missing(result), .. madeUp.Length > 0 ? [output.Name] : Array.Empty<string>()];
            if (missing.Length > 0)
            {
                string agreed = missing is ["--output"] ? $", or {string.Join(", ", madeUp)} as agreed with the other aggregator" : "";
                result.AddError($"{string.Join(", ", missing)} expected for a new task{agreed} (or --task-file for the one of a file)");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            string? path = result.GetValue(taskFile);
            TaskParameters known = path is null
                ? (await task.ReadAsync(result, cancellationToken)).Make(now)
                : await TaskFile.ReadAsync(path, [Role.Leader, Role.Helper], cancellationToken);
            SecretFile.WarnIfReadable(path);
            Role ours = result.GetValue(role) ?? known.Recipient;
            if (path is not null && ours != known.Recipient)
            {
                throw new CliException($"{path}: is for the {TaskFile.NameOf(known.Recipient)}, not for the {TaskFile.NameOf(ours)}");
            }

            AggregatorSettings settings = new()
            {
                TargetBatchSize = result.GetValue(targetBatchSize),
                BatchTimeWindow = result.GetValue(batchTimeWindow),
                Asynchronous = result.GetValue(asynchronous),
                ReportExpiryAge = result.GetValue(reportExpiryAge),
                DifferentialPrivacy = result.GetResult(noise) is null ? known.DifferentialPrivacy : result.GetValue(noise),
                AllowHttp = result.GetValue(allowHttp),
            };
            (DapTask dapTask, known, IReadOnlyList<string> warnings) = ProvisionedTask.Make(known, ours, settings, now);
            result.Warn(warnings);
            IReadOnlyList<string> written = result.GetValue(output) is { } folder
                ? await RecipientFiles.WriteAsync(
                    folder,
                    [ours is Role.Leader ? Role.Helper : Role.Leader, Role.Collector, Role.Client],
                    (file, recipient) => TaskFile.WriteNewAsync(file, known.For(recipient), cancellationToken))
                : [];
            try
            {
                await AddAsync(host, configuration.Read(result), dapTask, cancellationToken);
            }
            catch
            {
                // Nobody may start with a task that one side does not know.
                foreach (string file in written)
                {
                    File.Delete(file);
                }

                throw;
            }

            TextWriter console = result.InvocationConfiguration.Output;
            await console.WriteLineAsync($"task {dapTask.Id} added as {TaskFile.NameOf(ours)}");
            await console.WriteLineAsync($"task configuration fingerprint  {TaskFingerprints.OfConfiguration(dapTask.Id, dapTask.Configuration)}");
            await console.WriteLineAsync($"verify key fingerprint          {TaskFingerprints.OfVerifyKey(dapTask.Id, dapTask.VerificationKeyId, dapTask.VerifyKey)}");
            await console.WriteLineAsync("  both are the same at the other aggregator: 'janus task check' compares them, or people do");
            foreach (string file in written)
            {
                await console.WriteLineAsync($"wrote {file}");
            }

            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus hpke-key generate --output collector-key.json",
            "janus task add --role leader --leader https://leader.example/ --helper https://helper.example/ --vdaf sum:1000 --min-batch-size 100 "
                + "--collector-hpke-config collector-key.json --output ages",
            "janus task add --task-file ages/helper.json --report-expiry-age 14d",
            "janus task add --role helper --leader https://leader.example/ --helper https://helper.example/ --vdaf sum:1000 --min-batch-size 100 "
                + "--collector-hpke-config collector-key.json --task-id A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s --task-info ages "
                + "--verify-key-file verify-key.txt --aggregator-token-file token.txt",
            "janus task add --task-file ages/helper.json --differential-privacy laplace:epsilon=1/2");
    }

    private static async Task AddAsync(IProcessHost host, ConfigurationArguments configuration, DapTask task, CancellationToken cancellationToken)
    {
        await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(
            configuration with { CreatesDatabase = true }, migrate: false, cancellationToken);
        try
        {
            await datastore.Stores.GetRequiredService<TaskStore>().AddAsync(task, cancellationToken);
        }
        catch (TaskConflictException failure)
        {
            throw new CliException(Quote.MessageOf(failure), failure);
        }
    }
}
