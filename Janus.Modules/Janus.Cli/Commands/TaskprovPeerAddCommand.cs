using System.CommandLine;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov peer add</c>: agrees with another aggregator on what all advertised tasks share.</summary>
internal static class TaskprovPeerAddCommand
{
    private const string Notes =
        """
        A new agreement gets a random verify_key_init and random tokens. What the others have to know is written to the folder
        --output:
          helper.json     (secret) for the Helper's operator: janus taskprov peer add --peer-file helper.json
          (leader.json)   (secret) instead, when the Helper makes the agreement: janus taskprov peer add --peer-file leader.json
          collector.json  (secret) for the Collector, or whoever writes its files: janus taskprov advertise --collector-file collector.json

        Their members are "for" (leader, helper or collector), "leader", "helper" (the endpoints), "collector_hpke_config" (the
        encoded HpkeConfig), and for those who need them "verify_key_init", "verification_key_id" (0 if left out),
        "aggregator_token" and "collector_token". Bytes are base64url without padding. An agreement with another
        implementation is added from such a file, written by hand.

        Tasks are opted into when Aggregator.Taskprov.Enabled is true, within what that section allows.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Agreed agreed = new();
        Option<string?> peerFile = new("--peer-file") { HelpName = "PATH", Description = "Add the peer of this file, which its operator has made." };
        Option<string?> output = new("--output", "-o") { HelpName = "FOLDER", Description = "Where the files of a new agreement for the others are written." };
        Option<ulong?> targetBatchSize = new("--target-batch-size") { HelpName = "N", Description = "Leader, leader-selected: how many reports a batch gets, if that is more than the task's minimum." };
        Option<TimeSpan?> batchTimeWindow = TextOption.Create<TimeSpan?>(
            "--batch-time-window", "DURATION", "Leader, leader-selected: the longest time that a batch spans; unlimited unless given.", text => DurationText.Parse(text));
        Option<bool> asynchronous = new("--asynchronous") { Description = "Helper: answer the leader later, and let drivers do the work meanwhile; at once unless given." };
        Option<TimeSpan?> reportExpiryAge = TextOption.Create<TimeSpan?>(
            "--report-expiry-age", "DURATION", "How old reports of its tasks may get here, such as 14d; never too old unless given.", text => DurationText.Parse(text));
        Option<DifferentialPrivacyStrategy?> noise = TextOption.Create(
            "--differential-privacy",
            "none|laplace:epsilon=E|gaussian:epsilon=E",
            "The noise of this aggregator for its new tasks, with a budget E such as 1/2 or 0.5 for each batch; none unless given.",
            text => text == "none" ? null : DifferentialPrivacyStrategy.Parse(text));
        Option<bool> allowHttp = new("--allow-http") { Description = "Take http endpoints that are not on this machine: for tests only." };
        Command command = new("add", "Add a peer: with a new agreement, or the one in a file from the peer's operator") { peerFile };
        agreed.AddTo(command);
        foreach (Option option in new Option[] { targetBatchSize, batchTimeWindow, asynchronous, reportExpiryAge, noise, output, allowHttp })
        {
            command.Options.Add(option);
        }

        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            bool fromFile = result.GetResult(peerFile) is not null;
            string[] wrong = [.. agreed.Names(result, given: fromFile), .. (result.GetResult(output) is not null) == fromFile ? [output.Name] : Array.Empty<string>()];
            if (wrong.Length > 0)
            {
                result.AddError(fromFile
                    ? $"{string.Join(", ", wrong)}: for a new agreement, not with --peer-file"
                    : $"{string.Join(", ", wrong)} expected for a new agreement (or --peer-file for the one of a file)");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            string? path = result.GetValue(peerFile);
            TaskprovAgreement known = path is null
                ? (await agreed.ReadAsync(result, cancellationToken)).WithSecrets()
                : await TaskprovPeerFile.ReadAsync(path, [Role.Leader, Role.Helper], cancellationToken);
            AggregatorSettings settings = new()
            {
                TargetBatchSize = result.GetValue(targetBatchSize),
                BatchTimeWindow = result.GetValue(batchTimeWindow),
                Asynchronous = result.GetValue(asynchronous),
                ReportExpiryAge = result.GetValue(reportExpiryAge),
                DifferentialPrivacy = result.GetValue(noise),
                AllowHttp = result.GetValue(allowHttp),
            };
            TaskprovPeer peer = known.ToPeer(settings, TimeProvider.System.GetUtcNow());
            IReadOnlyList<string> written = path is null
                ? await RecipientFiles.WriteAsync(
                    result.GetRequiredValue(output)!,
                    [known.Recipient is Role.Leader ? Role.Helper : Role.Leader, Role.Collector],
                    (file, recipient) => TaskprovPeerFile.WriteNewAsync(file, known.For(recipient), cancellationToken))
                : [];
            await AddAsync(host, configuration.Read(result), peer, written, cancellationToken);
            TextWriter console = result.InvocationConfiguration.Output;
            await console.WriteLineAsync($"{TaskFile.NameOf(peer.PeerRole)} {peer.Endpoint} added as a peer");
            foreach (string file in written)
            {
                await console.WriteLineAsync($"wrote {file}");
            }

            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus taskprov peer add --role leader --leader https://leader.example/ --helper https://helper.example/ "
                + "--collector-hpke-config collector-key.json --output peers",
            "janus taskprov peer add --peer-file peers/helper.json --asynchronous");
    }

    private static async Task AddAsync(
        IProcessHost host, ConfigurationArguments configuration, TaskprovPeer peer, IReadOnlyList<string> written, CancellationToken cancellationToken)
    {
        try
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration, migrate: false, cancellationToken);
            if (await datastore.Stores.GetRequiredService<TaskprovPeerStore>().AddAsync(peer, cancellationToken) is null)
            {
                throw new CliException($"the {TaskFile.NameOf(peer.PeerRole)} {peer.Endpoint} is a peer already ('janus taskprov peer show {peer.Endpoint}')");
            }
        }
        catch
        {
            // Nobody may start with an agreement that one side does not know.
            foreach (string file in written)
            {
                File.Delete(file);
            }

            throw;
        }
    }

    /// <summary>The options that describe a new agreement.</summary>
    private sealed class Agreed
    {
        private readonly Option<Role?> _role = TextOption.Choice<Role?>(
            "--role", "What this aggregator is in the tasks.", new Dictionary<string, Role?> { ["leader"] = Role.Leader, ["helper"] = Role.Helper });

        private readonly Option<Url?> _leader = TextOption.Create<Url?>("--leader", "URL", "The Leader's endpoint.", TaskOptions.ParseEndpoint);
        private readonly Option<Url?> _helper = TextOption.Create<Url?>("--helper", "URL", "The Helper's endpoint.", TaskOptions.ParseEndpoint);

        private readonly Option<string?> _collectorHpkeConfig = new("--collector-hpke-config")
        {
            HelpName = "FILE|BASE64URL",
            Description = "What aggregate shares are encrypted to: the file of 'janus hpke-key generate', or the text it printed.",
        };

        private readonly Option<string?> _verifyKeyInit = TaskOptions.SecretFileOption("--verify-key-init-file", "the secret of 32 bytes that verification keys are derived from, in base64url");
        private readonly Option<byte?> _verificationKeyId = new("--verification-key-id") { HelpName = "0-255", Description = "Names the secret in aggregation jobs; 0 unless given." };
        private readonly Option<string?> _aggregatorToken = TaskOptions.SecretFileOption("--aggregator-token-file", "the bearer token that the Leader presents to the Helper");
        private readonly Option<string?> _collectorToken = TaskOptions.SecretFileOption("--collector-token-file", "the bearer token that the Collector presents to the Leader");

        private Option[] Required => [_role, _leader, _helper, _collectorHpkeConfig];

        private Option[] All => [.. Required, _verifyKeyInit, _verificationKeyId, _aggregatorToken, _collectorToken];

        public void AddTo(Command command)
        {
            foreach (Option option in All)
            {
                command.Options.Add(option);
            }
        }

        /// <summary>The options that are given, or the required ones that are missing.</summary>
        public IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result, bool given) => given
            ? All.Where(option => result.GetResult(option) is not null).Select(option => option.Name)
            : Required.Where(option => result.GetResult(option) is null).Select(option => option.Name);

        public async Task<TaskprovAgreement> ReadAsync(ParseResult result, CancellationToken cancellationToken) => new()
        {
            Recipient = result.GetRequiredValue(_role)!.Value,
            Leader = result.GetRequiredValue(_leader)!,
            Helper = result.GetRequiredValue(_helper)!,
            VerifyKeyInit = await TaskOptions.KeyAsync(result.GetValue(_verifyKeyInit), cancellationToken),
            VerificationKeyId = result.GetValue(_verificationKeyId) ?? 0,
            CollectorHpkeConfig = await CollectorKeyFile.ReadConfigAsync(result.GetRequiredValue(_collectorHpkeConfig)!, cancellationToken),
            AggregatorToken = await TaskOptions.TokenAsync(result.GetValue(_aggregatorToken), cancellationToken),
            CollectorToken = await TaskOptions.TokenAsync(result.GetValue(_collectorToken), cancellationToken),
        };
    }
}
