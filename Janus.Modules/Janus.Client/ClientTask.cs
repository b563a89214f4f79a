using Janus.Dap;
using Janus.Messages;

namespace Janus.Client;

/// <summary>What a Client knows of a task, as its <c>client.json</c> has it. It holds no secret.</summary>
public sealed class ClientTask
{
    private static readonly Role[] ForClients = [Role.Client];

    private ClientTask(TaskParameters parameters)
    {
        Id = parameters.Id;
        Configuration = parameters.Configuration;
        Measurement = parameters.Measurement;
        IsAdvertised = parameters.IsAdvertised;
    }

    /// <summary>The task ID.</summary>
    public TaskId Id { get; }

    /// <summary>What all parties agree on.</summary>
    public TaskConfiguration Configuration { get; }

    /// <summary>Makes measurements from text, also those of a histogram with boundaries.</summary>
    public MeasurementEncoding Measurement { get; }

    /// <summary>Whether the task is not provisioned at the Aggregators, but advertised to them: Taskprov (task-advertisement).</summary>
    public bool IsAdvertised { get; }

    /// <summary>Reads the file that <c>janus task add</c> or <c>janus taskprov advertise</c> has written for Clients.</summary>
    /// <exception cref="TaskFileException">The file is missing, malformed or not for Clients, or its task is not supported.</exception>
    public static async Task<ClientTask> LoadAsync(string path, CancellationToken cancellationToken = default) =>
        new(await TaskFile.ReadAsync(path, ForClients, cancellationToken));

    /// <summary>Reads the content of such a file, as an application has it among its resources.</summary>
    /// <exception cref="TaskFileException">The content is malformed or not for Clients, or its task is not supported.</exception>
    public static ClientTask Parse(string json) => new(TaskFile.Parse("client.json", json, ForClients));

    /// <summary>Prepares uploads with an HTTP client that stays the caller's: see <see cref="DapHttpHandler"/>.</summary>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public DapClient CreateClient(HttpClient httpClient, DapClientOptions? options = null) => IsAdvertised
        ? DapClient.ForAdvertisedTask(Configuration, httpClient, options)
        : new DapClient(Id, Configuration, httpClient, options);

    /// <summary>The task ID.</summary>
    public override string ToString() => Id.ToString();
}
