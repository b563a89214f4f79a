namespace Janus.Datastore;

/// <summary>What a re-encryption has done, and what it has left.</summary>
/// <param name="KeyId">The key that encrypts.</param>
/// <param name="OtherKeyIds">The other configured keys.</param>
/// <param name="Replaced">The values that were encrypted again.</param>
/// <param name="Unopened">Values, by column, that no configured key opens.</param>
/// <param name="Remaining">What is still under another key, read after everything was done.</param>
public sealed record ReEncryptionResult(
    byte KeyId, IReadOnlyList<byte> OtherKeyIds, long Replaced, IReadOnlyDictionary<string, long> Unopened, IReadOnlyList<SealedValueCount> Remaining)
{
    /// <summary>Whether every value is under the first key.</summary>
    public bool IsComplete => Remaining.Count == 0;
}
