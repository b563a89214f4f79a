using System.Security.Cryptography;

namespace Janus.Vdaf;

/// <summary>What every VDAF does in the same way.</summary>
public static class VdafExtensions
{
    /// <summary>Shards a measurement with randomness of its own: VDAF §5.1 (sec-vdaf-shard).</summary>
    /// <param name="vdaf">The VDAF.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="measurement">The measurement.</param>
    /// <param name="nonce">The nonce, <see cref="IVdaf.NonceSize"/> bytes.</param>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    /// <exception cref="ArgumentException">The nonce has the wrong length or the context is too long.</exception>
    public static ShardedReport Shard(
        this IVdaf vdaf, ReadOnlySpan<byte> ctx, Measurement measurement, ReadOnlySpan<byte> nonce)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        int total = 0;
        for (int i = 0; i < vdaf.Shares; i++)
        {
            total = checked(total + vdaf.InputShareLength(i));
        }

        byte[] publicShare = new byte[vdaf.PublicShareLength];
        byte[] inputShares = new byte[total];
        byte[] rand = RandomNumberGenerator.GetBytes(vdaf.RandSize);
        try
        {
            vdaf.Shard(ctx, measurement, nonce, rand, publicShare, inputShares);
            return new ShardedReport(publicShare, Split(vdaf, inputShares));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rand);
            CryptographicOperations.ZeroMemory(inputShares);
        }
    }

    private static byte[][] Split(IVdaf vdaf, ReadOnlySpan<byte> inputShares)
    {
        byte[][] parts = new byte[vdaf.Shares][];
        for (int i = 0; i < parts.Length; i++)
        {
            int length = vdaf.InputShareLength(i);
            parts[i] = inputShares[..length].ToArray();
            inputShares = inputShares[length..];
        }

        return parts;
    }
}
