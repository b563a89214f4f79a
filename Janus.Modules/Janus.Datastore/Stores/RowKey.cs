using System.Buffers.Binary;

namespace Janus.Datastore;

/// <summary>The bytes of a primary key, to bind encrypted columns to their row.</summary>
internal static class RowKey
{
    private const int UuidLength = 16;

    public static byte[] Of(int taskKey, Guid id) => Of(taskKey, [], id);

    /// <summary>The key of <c>batch_noise</c>.</summary>
    public static byte[] Of(int taskKey, BatchRange range, ReadOnlySpan<byte> aggParamHash)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, taskKey);
        return [.. key, .. range.FirstBucket, .. range.LastBucket, .. aggParamHash];
    }

    public static byte[] Of(int taskKey, ReadOnlySpan<byte> bucket, Guid id)
    {
        byte[] key = new byte[sizeof(int) + bucket.Length + UuidLength];
        BinaryPrimitives.WriteInt32BigEndian(key, taskKey);
        bucket.CopyTo(key.AsSpan(sizeof(int)));
        id.TryWriteBytes(key.AsSpan(sizeof(int) + bucket.Length), bigEndian: true, out _);
        return key;
    }
}
