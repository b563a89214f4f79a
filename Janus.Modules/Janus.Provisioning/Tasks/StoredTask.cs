using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>Makes the task that an Aggregator stores.</summary>
public static class StoredTask
{
    /// <summary>The task as an Aggregator stores it.</summary>
    /// <exception cref="InvalidOperationException">The party is no Aggregator.</exception>
    public static DapTask ToDapTask(this TaskParameters task, DateTimeOffset createdAt) => task.Recipient is Role.Leader or Role.Helper
        ? new DapTask
        {
            Id = task.Id,
            Role = task.Recipient,
            Configuration = task.Configuration,
            VerifyKey = task.VerifyKey!,
            VerificationKeyId = task.VerificationKeyId,
            CollectorHpkeConfig = task.CollectorHpkeConfig!,
            Tokens = task.Recipient is Role.Leader
                ? [AuthToken.FirstToPresent(task.AggregatorToken!.Value, createdAt), AuthToken.FirstFromCollector(task.CollectorToken!.Value, createdAt)]
                : [AuthToken.FirstFromLeader(task.AggregatorToken!.Value, createdAt)],
            DifferentialPrivacy = task.DifferentialPrivacy,
            CreatedAt = createdAt,
        }
        : throw new InvalidOperationException($"the {task.Recipient} stores no task");
}
