using System.Security.Cryptography;

namespace Janus.Datastore;

/// <summary>
/// Encrypts every sealed value of the database under the first datastore key, while aggregators work. It may be broken off
/// at any time, and begun again: what is done is seen on the values themselves.
/// </summary>
/// <remarks>
/// A value is replaced only if it is still the one that was read, and a row that somebody else holds is passed over; what was
/// passed over is found in the next pass. So nobody waits for it longer than for one short statement, and it waits for nobody.
/// </remarks>
public sealed class ReEncryption
{
    // Values that appear under an old key again and again come from a process that still encrypts with it.
    private const int MaximumPasses = 10;
    private static readonly TimeSpan PassDelay = TimeSpan.FromSeconds(1);

    private readonly SealedValueStore _store;
    private readonly ColumnEncryption _encryption;
    private readonly TimeProvider _time;

    internal ReEncryption(SealedValueStore store, ColumnEncryption encryption, TimeProvider time)
    {
        _store = store;
        _encryption = encryption;
        _time = time;
    }

    /// <summary>The IDs of the configured keys, that of the encrypting one first.</summary>
    public IReadOnlyList<byte> KeyIds => _encryption.Keys.Ids;

    /// <summary>How many values each column has under each key.</summary>
    public async Task<IReadOnlyList<SealedValueCount>> CountAsync(CancellationToken cancellationToken)
    {
        List<SealedValueCount> counts = [];
        foreach (EncryptedColumn column in EncryptedColumn.All)
        {
            counts.AddRange(await _store.CountAsync(column, cancellationToken));
        }

        return counts;
    }

    /// <summary>Runs until nothing is left under another key, or what is left resists.</summary>
    /// <param name="progress">Told after every few hundred values.</param>
    /// <param name="cancellationToken">Breaks off between two transactions.</param>
    public async Task<ReEncryptionResult> RunAsync(IProgress<ReEncryptionProgress>? progress, CancellationToken cancellationToken)
    {
        // The same keys to the end, whatever becomes of their file.
        DatastoreKeys keys = _encryption.Keys;
        Run run = new(new ColumnEncryption(keys), keys.Primary.Id, progress);
        List<SealedValueCount> remaining = Others(await CountAsync(cancellationToken), keys);
        run.Total = remaining.Sum(count => count.Rows);
        for (int pass = 1; pass <= MaximumPasses && remaining.Count > 0; pass++)
        {
            if (pass > 1)
            {
                await Task.Delay(PassDelay, _time, cancellationToken);
            }

            run.Unopened.Clear();
            foreach (EncryptedColumn column in EncryptedColumn.All)
            {
                await RunAsync(run, column, cancellationToken);
            }

            remaining = Others(await CountAsync(cancellationToken), keys);
            if (remaining.Sum(count => count.Rows) == run.Unopened.Values.Sum())
            {
                break;
            }
        }

        return new ReEncryptionResult(keys.Primary.Id, [.. keys.Ids.Skip(1)], run.Done, run.Unopened, remaining);
    }

    private async Task RunAsync(Run run, EncryptedColumn column, CancellationToken cancellationToken)
    {
        object[]? after = null;
        while (true)
        {
            List<SealedValue> values = await _store.TakeAsync(column, after, run.KeyId, cancellationToken);
            if (values.Count == 0)
            {
                return;
            }

            after = values[^1].Key;
            List<(SealedValue, byte[])> replacements = [];
            foreach (SealedValue value in values)
            {
                if (run.TrySealAgain(column, value) is { } replacement)
                {
                    replacements.Add((value, replacement));
                }
            }

            run.Done += await _store.ReplaceAsync(column, replacements, cancellationToken);
            run.Progress?.Report(new ReEncryptionProgress(column.ToString(), run.Done, Math.Max(run.Total, run.Done)));
        }
    }

    private static List<SealedValueCount> Others(IReadOnlyList<SealedValueCount> counts, DatastoreKeys keys) =>
        [.. counts.Where(count => count.KeyId != keys.Primary.Id)];

    private sealed class Run(ColumnEncryption encryption, byte keyId, IProgress<ReEncryptionProgress>? progress)
    {
        public byte KeyId => keyId;

        public IProgress<ReEncryptionProgress>? Progress => progress;

        public long Done { get; set; }

        public long Total { get; set; }

        public Dictionary<string, long> Unopened { get; } = [];

        public byte[]? TrySealAgain(EncryptedColumn column, SealedValue value)
        {
            byte[] plaintext;
            try
            {
                plaintext = encryption.Open(column, value.RowKey, value.Value);
            }
            catch (CryptographicException)
            {
                Unopened[column.ToString()] = Unopened.GetValueOrDefault(column.ToString()) + 1;
                return null;
            }

            byte[] again = encryption.Seal(column, value.RowKey, plaintext);
            CryptographicOperations.ZeroMemory(plaintext);
            return again;
        }
    }
}
