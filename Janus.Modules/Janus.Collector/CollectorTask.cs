using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Collector;

/// <summary>What a Collector knows of a task: its <c>collector.json</c>, and the key that results are opened with.</summary>
public sealed class CollectorTask : IDisposable
{
    private readonly HpkeConfig _hpkeConfig;
    private readonly HpkeKeyPair _keyPair;
    private readonly BearerToken _token;

    private CollectorTask(TaskParameters parameters, HpkeConfig hpkeConfig, HpkeKeyPair keyPair)
    {
        Id = parameters.Id;
        Configuration = parameters.Configuration;
        Measurement = parameters.Measurement;
        DifferentialPrivacy = parameters.DifferentialPrivacy;
        IsAdvertised = parameters.IsAdvertised;
        _hpkeConfig = hpkeConfig;
        _keyPair = keyPair;
        _token = parameters.CollectorToken!.Value;
    }

    /// <summary>The task ID.</summary>
    public TaskId Id { get; }

    /// <summary>What all parties agree on.</summary>
    public TaskConfiguration Configuration { get; }

    /// <summary>The unit of the task's times: intervals that are collected are multiples of it.</summary>
    public TimePrecision TimePrecision => Configuration.TimePrecision;

    /// <summary>Names the elements of an aggregate result.</summary>
    public MeasurementEncoding Measurement { get; }

    /// <summary>The noise that each Aggregator adds to its aggregate shares; <see langword="null"/> for none.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; }

    /// <summary>Whether the task is not provisioned at the Aggregators, but advertised to them: Taskprov (task-advertisement).</summary>
    public bool IsAdvertised { get; }

    /// <summary>
    /// Reads the file that <c>janus task add</c> or <c>janus taskprov advertise</c> has written for the Collector, and the key file
    /// of <c>janus hpke-key generate</c>.
    /// </summary>
    /// <exception cref="TaskFileException">
    /// A file is missing, malformed or of another kind, the task is not supported, or the key is not the one of the task.
    /// </exception>
    public static async Task<CollectorTask> LoadAsync(string taskPath, string keyPath, CancellationToken cancellationToken = default)
    {
        TaskParameters parameters = await TaskFile.ReadAsync(taskPath, [Role.Collector], cancellationToken);
        (HpkeConfig config, HpkeKeyPair keyPair) = await CollectorKeyFile.ReadAsync(keyPath, cancellationToken);
        if (config.Equals(parameters.CollectorHpkeConfig))
        {
            return new CollectorTask(parameters, config, keyPair);
        }

        keyPair.Dispose();
        throw new TaskFileException(keyPath, $"is not the key of this task: the task of {taskPath} was added with another --collector-hpke-config");
    }

    /// <summary>
    /// Prepares collection with an HTTP client that stays the caller's: see <see cref="DapHttpHandler"/>. It ends with this object,
    /// whose key it uses.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public DapCollector CreateCollector(HttpClient httpClient, DapCollectorOptions? options = null)
    {
        options = (options ?? new DapCollectorOptions()) with { DifferentialPrivacy = options?.DifferentialPrivacy ?? DifferentialPrivacy };
        return IsAdvertised
            ? DapCollector.ForAdvertisedTask(Configuration, _hpkeConfig, _keyPair, _token, httpClient, options)
            : new DapCollector(Id, Configuration, _hpkeConfig, _keyPair, _token, httpClient, options);
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => _keyPair.Dispose();

    /// <summary>The task ID, never a key or a token.</summary>
    public override string ToString() => Id.ToString();
}
