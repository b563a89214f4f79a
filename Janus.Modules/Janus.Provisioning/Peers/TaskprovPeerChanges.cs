using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What an operator may change about a peer.</summary>
public static class TaskprovPeerChanges
{
    /// <summary>Refuses settings of the other role, and some that cannot be stored.</summary>
    /// <exception cref="ProvisioningException">There are some.</exception>
    public static void RequireFitting(TaskprovPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Problems problems = new();
        if (peer.PeerRole == Role.Leader && (peer.TargetBatchSize is not null || peer.BatchTimeWindow is not null))
        {
            problems.Add(
                peer.TargetBatchSize is null ? ProvisioningField.BatchTimeWindow : ProvisioningField.TargetBatchSize,
                $"{ProvisioningField.TargetBatchSize} and {ProvisioningField.BatchTimeWindow} are for the leader; the peer is the leader here");
        }

        SettingRules.RequireHelper(peer.PeerRole == Role.Leader ? Role.Helper : Role.Leader, peer.Asynchronous, problems);
        SettingRules.RequireStorable(peer.TargetBatchSize, problems);
        problems.RequireWholeSeconds(ProvisioningField.BatchTimeWindow, peer.BatchTimeWindow);
        problems.RequireWholeSeconds(ProvisioningField.ReportExpiryAge, peer.ReportExpiryAge);
        problems.ThrowIfAny();
    }

    /// <summary>Makes another secret that verification keys are derived from, to be added to the peer.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="id">Names the secret; a free one unless given.</param>
    /// <param name="secret">The secret, 32 bytes; random unless given.</param>
    /// <param name="now">The present time.</param>
    /// <exception cref="ProvisioningException">The ID is taken, or the secret has another length.</exception>
    public static TaskprovVerifyKeyInit MakeVerifyKeyInit(TaskprovPeer peer, byte? id, byte[]? secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Problems problems = new();
        int chosen = id ?? Enumerable.Range(0, byte.MaxValue + 1).FirstOrDefault(free => peer.VerifyKeyInit((byte)free) is null, -1);
        if (chosen < 0)
        {
            problems.Add(ProvisioningField.VerificationKeyId, $"all 256 verification key IDs are taken");
        }
        else if (peer.VerifyKeyInit((byte)chosen) is not null)
        {
            problems.Add(ProvisioningField.VerificationKeyId, $"peer {peer.Key} has a secret with the ID {chosen} already");
        }

        byte[]? made = secret is null
            ? RandomNumberGenerator.GetBytes(TaskprovDerivation.VerifyKeyInitLength)
            : problems.Read(ProvisioningField.VerifyKeyInit, () => TaskChecks.RequireVerifyKeyInit(secret));
        problems.ThrowIfAny();
        return new TaskprovVerifyKeyInit { Id = (byte)chosen, Secret = made!, CreatedAt = now };
    }

    /// <summary>Refuses to remove the only secret of a peer, without which none of its new tasks has a verification key.</summary>
    /// <exception cref="ProvisioningException">It is the only one.</exception>
    public static void RequireAnotherVerifyKeyInit(TaskprovPeer peer, byte removed)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.VerifyKeyInits is [{ Id: var only }] && only == removed)
        {
            throw new ProvisioningException(
                ProvisioningField.VerificationKeyId, $"secret {removed} is the only one of peer {peer.Key}; add another one first");
        }
    }
}
