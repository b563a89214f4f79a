using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What has to hold for a new task beyond its encoding.</summary>
internal static class TaskRules
{
    /// <summary>
    /// Refuses a task whose Leader is its Helper, one that the noise does not suit, and one whose smallest batch could already
    /// wrap around; warns of one whose larger batches could.
    /// </summary>
    /// <param name="configuration">The task's configuration, whose VDAF is supported.</param>
    /// <param name="noise">The noise that the Aggregators are to add.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>The warnings.</returns>
    public static IReadOnlyList<string> Check(TaskConfiguration configuration, DifferentialPrivacyStrategy? noise, Problems problems)
    {
        // Who holds both shares of a report sees its measurement.
        Url leader = configuration.LeaderAggregatorEndpoint;
        if (EndpointRules.AreSame(leader, configuration.HelperAggregatorEndpoint))
        {
            problems.Add(
                ProvisioningField.Helper,
                $"{Quote.Of(leader.ToString())} is the address of both the Leader and the Helper: expected two aggregators, of two organisations, since one that holds both shares of a report sees its measurement");
        }

        if (noise?.FindMistake(configuration) is { } unsuitable)
        {
            problems.Add(ProvisioningField.DifferentialPrivacy, $"{ProvisioningField.DifferentialPrivacy}: {unsuitable}");
            return [];
        }

        WrapAround wrapAround = new(VdafDescription.Of(configuration), noise);
        problems.AddIfAny(ProvisioningField.MinBatchSize, wrapAround.FindMistake(configuration.MinBatchSize));
        return wrapAround.FindRisk(configuration.MinBatchSize) is { } risk ? [risk] : [];
    }
}
