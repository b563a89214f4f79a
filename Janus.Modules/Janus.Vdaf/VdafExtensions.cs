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
        return vdaf.Shard(ctx, [measurement], nonce)[0];
    }

    /// <summary>Shards measurements with randomness of its own, as many at a time as the VDAF can: see above.</summary>
    /// <param name="vdaf">The VDAF.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="measurements">The measurements.</param>
    /// <param name="nonces">Per report, the nonce.</param>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept one of the measurements.</exception>
    /// <exception cref="ArgumentException">The nonces have the wrong length or the context is too long.</exception>
    public static ShardedReport[] Shard(
        this IVdaf vdaf, ReadOnlySpan<byte> ctx, ReadOnlySpan<Measurement> measurements, ReadOnlySpan<byte> nonces)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        int length = 0;
        for (int i = 0; i < vdaf.Shares; i++)
        {
            length = checked(length + vdaf.InputShareLength(i));
        }

        byte[] publicShares = new byte[checked(measurements.Length * vdaf.PublicShareLength)];
        byte[] inputShares = new byte[checked(measurements.Length * length)];
        byte[] rands = RandomNumberGenerator.GetBytes(checked(measurements.Length * vdaf.RandSize));
        try
        {
            vdaf.Shard(ctx, measurements, nonces, rands, publicShares, inputShares);
            ShardedReport[] reports = new ShardedReport[measurements.Length];
            for (int i = 0; i < reports.Length; i++)
            {
                reports[i] = new ShardedReport(
                    publicShares.AsSpan(i * vdaf.PublicShareLength, vdaf.PublicShareLength).ToArray(),
                    Split(vdaf, inputShares.AsSpan(i * length, length)));
            }

            return reports;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rands);
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
