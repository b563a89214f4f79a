using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>What follows from the configuration of an advertised task: its ID and its VDAF verification key.</summary>
public static class TaskprovDerivation
{
    /// <summary>The length in bytes of the secret that two Aggregators have agreed upon, <c>verify_key_init</c>.</summary>
    public const int VerifyKeyInitLength = 32;

    private static readonly byte[] TaskIdSalt = SHA256.HashData("dap-taskprov task id"u8);
    private static readonly byte[] VerifyKeySalt = SHA256.HashData("dap-taskprov"u8);

    /// <summary>The task ID, the hash of the configuration's exact bytes: Taskprov (dap-task-id).</summary>
    public static TaskId TaskIdOf(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(TaskIdSalt);
        hash.AppendData(configuration.Encoded.Span);
        return TaskId.FromBytes(hash.GetHashAndReset());
    }

    /// <summary>The verification key of a task: Taskprov (vdaf-verify-key).</summary>
    /// <param name="verifyKeyInit">The Aggregators' shared secret, 32 bytes.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="length">The length of the VDAF's verification key, in bytes.</param>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    public static byte[] VerifyKeyOf(ReadOnlySpan<byte> verifyKeyInit, TaskId taskId, int length)
    {
        if (verifyKeyInit.Length != VerifyKeyInitLength)
        {
            throw new ArgumentException($"expected a verify_key_init of {VerifyKeyInitLength} bytes, got {verifyKeyInit.Length}", nameof(verifyKeyInit));
        }

        Span<byte> info = stackalloc byte[TaskId.Length];
        taskId.CopyTo(info);
        byte[] key = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, verifyKeyInit, key, VerifyKeySalt, info);
        return key;
    }
}
