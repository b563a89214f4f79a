using System.Buffers.Text;
using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>A new task that is not added anywhere, but advertised to the Aggregators: Taskprov (taskprov).</summary>
/// <param name="Client">What Clients know.</param>
/// <param name="Collector">What the Collector knows, if the agreement between the Aggregators is known.</param>
/// <param name="Warnings">What its author should think of, in lower-case words.</param>
public sealed record AdvertisedTask(TaskParameters Client, TaskParameters? Collector, IReadOnlyList<string> Warnings)
{
    private const int EntropyLength = 16;

    /// <summary>Makes the task.</summary>
    /// <param name="terms">What all parties agree on; the <c>task_info</c> is random unless given.</param>
    /// <param name="agreement">What the Aggregators have agreed on beforehand, as the Collector knows it.</param>
    /// <exception cref="ProvisioningException">It has mistakes.</exception>
    public static AdvertisedTask Make(TaskTerms terms, TaskprovAgreement? agreement)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Problems problems = new();

        // Random bytes keep others from guessing the ID of a task: Taskprov, security considerations.
        TaskConfiguration? configuration = terms.Configure(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(EntropyLength)), problems);
        problems.ThrowIfAny();
        IReadOnlyList<string> warnings = TaskRules.Check(configuration!, noise: null, problems);
        if (agreement is not null)
        {
            RequireSame(configuration!.LeaderAggregatorEndpoint, agreement.Leader, problems);
            RequireSame(configuration.HelperAggregatorEndpoint, agreement.Helper, problems);
        }

        problems.ThrowIfAny();
        TaskParameters client = new()
        {
            Recipient = Role.Client,
            Id = TaskprovDerivation.TaskIdOf(configuration!),
            Configuration = configuration!,
            Measurement = terms.Measurement,
            IsAdvertised = true,
        };
        return new AdvertisedTask(client, CollectorOf(client, agreement), warnings);
    }

    private static TaskParameters? CollectorOf(TaskParameters client, TaskprovAgreement? agreement) => agreement is null ? null : client with
    {
        Recipient = Role.Collector,
        CollectorHpkeConfig = agreement.CollectorHpkeConfig,
        CollectorToken = agreement.CollectorToken,
    };

    private static void RequireSame(Url task, Url agreed, Problems problems)
    {
        if (!EndpointRules.AreSame(task, agreed))
        {
            problems.Add(ProvisioningField.Agreement, $"{ProvisioningField.Agreement}: is for {agreed}, the task is at {task}");
        }
    }
}
