using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What has to hold for the settings of an Aggregator, whether for one task or for those of a peer.</summary>
internal static class SettingRules
{
    /// <summary>Refuses to be asynchronous as the Leader.</summary>
    public static void RequireHelper(Role ours, bool asynchronous, Problems problems)
    {
        if (asynchronous && ours is Role.Leader)
        {
            problems.Add(ProvisioningField.Asynchronous, $"{ProvisioningField.Asynchronous} is for the helper; a leader takes either kind of answer");
        }
    }

    /// <summary>Refuses a batch size that the database cannot hold.</summary>
    public static void RequireStorable(ulong? targetBatchSize, Problems problems)
    {
        if (targetBatchSize > long.MaxValue)
        {
            problems.Add(ProvisioningField.TargetBatchSize, $"{ProvisioningField.TargetBatchSize}: at most {long.MaxValue} expected");
        }
    }
}
