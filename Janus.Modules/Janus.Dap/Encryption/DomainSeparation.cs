using Janus.Messages;

namespace Janus.Dap;

/// <summary>The strings that keep DAP's uses of HPKE and of the VDAF apart.</summary>
public static class DomainSeparation
{
    /// <summary>
    /// The <c>info</c> that a Client encrypts an input share under, for <paramref name="server"/>:
    /// DAP §4.4.2 (upload-request).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The role is not an Aggregator's.</exception>
    public static byte[] InputShareInfo(Role server) =>
        [.. DapDraft.Name, .. " input share"u8, (byte)Role.Client, (byte)Aggregator(server)];

    /// <summary>
    /// The <c>info</c> that <paramref name="server"/> encrypts its aggregate share under, for the Collector:
    /// DAP §4.6.7 (aggregate-share-encrypt).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The role is not an Aggregator's.</exception>
    public static byte[] AggregateShareInfo(Role server) =>
        [.. DapDraft.Name, .. " aggregate share"u8, (byte)Aggregator(server), (byte)Role.Collector];

    /// <summary>The VDAF's application context <c>ctx</c> of a task: DAP §4.4.2 (upload-request).</summary>
    public static byte[] VdafContext(TaskId taskId) => [.. DapDraft.Name, .. taskId.ToArray()];

    private static Role Aggregator(Role role) => role is Role.Leader or Role.Helper
        ? role
        : throw new ArgumentOutOfRangeException(nameof(role), role, "leader or helper expected");
}
