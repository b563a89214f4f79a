using System.Buffers.Text;
using System.CommandLine;
using System.CommandLine.Parsing;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary>The options that describe a new task.</summary>
internal sealed class TaskOptions
{
    private static readonly Dictionary<string, BatchMode?> BatchModes = new()
    {
        ["time-interval"] = BatchMode.TimeInterval,
        ["leader-selected"] = BatchMode.LeaderSelected,
    };

    private readonly Option<Url?> _leader = TextOption.Create<Url?>(
        "--leader", "URL", "The Leader's endpoint.", ParseEndpoint);

    private readonly Option<Url?> _helper = TextOption.Create<Url?>(
        "--helper", "URL", "The Helper's endpoint.", ParseEndpoint);

    private readonly Option<MeasurementEncoding?> _vdaf = TextOption.Create<MeasurementEncoding?>(
        "--vdaf",
        "DESC",
        "What is computed: count, sum:MAX, sumvec:LENGTH:MAX, multihot:LENGTH:MAXWEIGHT, histogram:BUCKETS, or histogram:BOUNDARY,BOUNDARY,… with "
        + "the buckets below the first boundary, between two, and from the last one on.",
        MeasurementEncoding.Parse);

    private readonly Option<ulong?> _minBatchSize = TextOption.Create<ulong?>(
        "--min-batch-size", "N", "The smallest number of reports that is ever aggregated.", ParsePositive);

    private readonly Option<string?> _collectorHpkeConfig = new("--collector-hpke-config")
    {
        HelpName = "FILE|BASE64URL",
        Description = "What aggregate shares are encrypted to: the file of 'janus hpke-key generate', or the text it printed.",
    };

    private readonly Option<BatchMode?> _batchMode = TextOption.Choice(
        "--batch-mode", "How reports are put into batches; time-interval unless given.", BatchModes);

    private readonly Option<TimeSpan?> _timePrecision = TextOption.Create<TimeSpan?>(
        "--time-precision", "DURATION", "The unit of the task's times, such as 300s or 1h; 1h unless given.", text => DurationText.Parse(text));

    private readonly Option<string?> _taskInfo = new("--task-info")
    {
        HelpName = "TEXT",
        Description = "Tells tasks apart that are otherwise alike, up to 255 bytes; the current time unless given.",
    };

    private readonly Option<DateTimeOffset?> _taskStart = TextOption.Create<DateTimeOffset?>(
        "--task-start", "TIME", "When the task starts to take reports, such as 2026-01-31 or 2026-01-31T08:00Z; needs --task-duration.", text => InstantText.Parse(text));

    private readonly Option<TimeSpan?> _taskDuration = TextOption.Create<TimeSpan?>(
        "--task-duration", "DURATION", "How long the task takes reports, such as 30d; needs --task-start.", text => DurationText.Parse(text));

    private readonly Option<TaskId?> _taskId = TextOption.Create<TaskId?>(
        "--task-id", "BASE64URL", "The task ID; random unless given.", text => TaskId.Parse(text));

    private readonly Option<string?> _verifyKey = SecretFileOption("--verify-key-file", "the VDAF verification key in base64url");
    private readonly Option<string?> _aggregatorToken = SecretFileOption("--aggregator-token-file", "the bearer token that the Leader presents to the Helper");
    private readonly Option<string?> _collectorToken = SecretFileOption("--collector-token-file", "the bearer token that the Collector presents to the Leader");

    private IReadOnlyList<Option> Required => [_leader, _helper, _vdaf, _minBatchSize, _collectorHpkeConfig];

    private IReadOnlyList<Option> RequiredPublic => [_leader, _helper, _vdaf, _minBatchSize];

    private IReadOnlyList<Option> Public => [.. RequiredPublic, _batchMode, _timePrecision, _taskInfo, _taskStart, _taskDuration];

    private IReadOnlyList<Option> All =>
        [.. Required, _batchMode, _timePrecision, _taskInfo, _taskStart, _taskDuration, _taskId, _verifyKey, _aggregatorToken, _collectorToken];

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The names of the options that are given.</summary>
    public IEnumerable<string> Given(CommandResult result) => NamesOf(All, option => result.GetResult(option) is not null);

    /// <summary>The names of the options that have to be given and are not.</summary>
    public IEnumerable<string> Missing(CommandResult result)
    {
        bool halfInterval = result.GetResult(_taskStart) is null != result.GetResult(_taskDuration) is null;
        return NamesOf(halfInterval ? [.. Required, _taskStart, _taskDuration] : Required, option => result.GetResult(option) is null);
    }

    /// <summary>The names of the options that are not given and whose values would be made up here, as far as another party has to know them.</summary>
    public IEnumerable<string> MadeUp(CommandResult result, Role? role) => NamesOf(
        [_taskId, _taskInfo, _verifyKey, _aggregatorToken, .. role is Role.Leader ? [_collectorToken] : Array.Empty<Option>()],
        option => result.GetResult(option) is null);

    /// <summary>Adds the options of what all participants know: no keys and no tokens.</summary>
    public void AddPublicTo(Command command)
    {
        foreach (Option option in Public)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool halfInterval = result.GetResult(_taskStart) is null != result.GetResult(_taskDuration) is null;
            string[] missing = [.. NamesOf([.. RequiredPublic, .. halfInterval ? [_taskStart, _taskDuration] : Array.Empty<Option>()], option => result.GetResult(option) is null)];
            if (missing.Length > 0)
            {
                result.AddError($"{string.Join(", ", missing)} expected");
            }
        });
    }

    /// <summary>What all participants of the task agree on.</summary>
    public TaskTerms ReadPublic(ParseResult result) => new()
    {
        Leader = result.GetRequiredValue(_leader)!,
        Helper = result.GetRequiredValue(_helper)!,
        Measurement = result.GetRequiredValue(_vdaf)!,
        MinBatchSize = result.GetRequiredValue(_minBatchSize)!.Value,
        BatchMode = result.GetValue(_batchMode),
        TimePrecision = result.GetValue(_timePrecision),
        TaskInfo = result.GetValue(_taskInfo),
        Interval = result.GetValue(_taskStart) is { } start ? (start, result.GetValue(_taskDuration)!.Value) : null,
    };

    /// <summary>Everything that is said of the task.</summary>
    /// <exception cref="CliException">A file cannot be used.</exception>
    public async Task<NewTask> ReadAsync(ParseResult result, CancellationToken cancellationToken)
    {
        SecretFile.WarnIfReadable(result.GetValue(_collectorHpkeConfig));
        return new NewTask
        {
            Terms = ReadPublic(result),
            Id = result.GetValue(_taskId),
            VerifyKey = await KeyAsync(result.GetValue(_verifyKey), cancellationToken),
            CollectorHpkeConfig = await CollectorKeyFile.ReadConfigAsync(result.GetRequiredValue(_collectorHpkeConfig)!, cancellationToken),
            AggregatorToken = await TokenAsync(result.GetValue(_aggregatorToken), cancellationToken),
            CollectorToken = await TokenAsync(result.GetValue(_collectorToken), cancellationToken),
        };
    }

    /// <summary>The key in a file, if there is one.</summary>
    /// <exception cref="CliException">It is not base64url.</exception>
    internal static Task<byte[]?> KeyAsync(string? path, CancellationToken cancellationToken) =>
        SecretFile.ReadAsync<byte[]?>(path, text => Base64Url.DecodeFromChars(text), cancellationToken);

    /// <summary>The token in a file, if there is one.</summary>
    /// <exception cref="CliException">It is not a token.</exception>
    internal static Task<BearerToken?> TokenAsync(string? path, CancellationToken cancellationToken) =>
        SecretFile.ReadAsync<BearerToken?>(path, text => BearerToken.Parse(text), cancellationToken);

    // A secret on the command line would be there for every user of the machine to see.
    internal static Option<string?> SecretFileOption(string name, string content) =>
        new(name) { HelpName = "PATH", Description = $"A file whose first line is {content}; random unless given." };

    private static IEnumerable<string> NamesOf(IEnumerable<Option> options, Func<Option, bool> isWanted) =>
        options.Where(isWanted).Select(option => option.Name);

    /// <summary>Reads an Aggregator's URL.</summary>
    /// <exception cref="ArgumentException">It is not an absolute https URL without query and fragment.</exception>
    internal static Url? ParseEndpoint(string text)
    {
        Url url = new(text);
        return new AggregatorUrls(url).Endpoint is not null ? url : null;
    }

    private static ulong? ParsePositive(string text) => ulong.TryParse(text, out ulong number) && number > 0
        ? number
        : throw new FormatException($"a number of at least 1 expected, {Quote.Of(text)} given");
}
