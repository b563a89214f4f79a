using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Janus.Hpke;

/// <summary>
/// One end of an encryption context, for several messages under one encapsulated key, in order (RFC 9180 §5.2).
/// </summary>
/// <remarks>
/// The sender only seals and the recipient only opens: the same nonces must not serve both ways. A context keeps count
/// of its messages, so it is for one thread at a time.
/// </remarks>
public sealed class HpkeContext : IDisposable
{
    private readonly KeySchedule _schedule;
    private readonly bool _seals;
    private readonly byte[] _secrets;
    private ulong _sequenceNumber;
    private bool _disposed;

    internal HpkeContext(KeySchedule schedule, bool seals, ReadOnlySpan<byte> sharedSecret)
    {
        _schedule = schedule;
        _seals = seals;
        _secrets = GC.AllocateUninitializedArray<byte>(schedule.Nk + Aeads.Nn + schedule.Nh, pinned: true);
        schedule.Derive(sharedSecret, _secrets.AsSpan(0, schedule.Nk), BaseNonce);
        schedule.DeriveExporterSecret(sharedSecret, ExporterSecret);
    }

    private Span<byte> BaseNonce => _secrets.AsSpan(_schedule.Nk, Aeads.Nn);

    private Span<byte> ExporterSecret => _secrets.AsSpan(_schedule.Nk + Aeads.Nn);

    /// <summary>Seals the next message into a new array, Nt bytes longer than the plaintext.</summary>
    /// <exception cref="InvalidOperationException">The context is the recipient's, or its sequence numbers are used up.</exception>
    /// <exception cref="ObjectDisposedException">The context has been disposed of.</exception>
    public byte[] Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        ThrowUnless(_seals, "a recipient's context cannot seal");
        Span<byte> nonce = stackalloc byte[Aeads.Nn];
        Aeads.ComputeNonce(BaseNonce, _sequenceNumber, nonce);
        byte[] ciphertext = new byte[checked(plaintext.Length + Aeads.Nt)];
        Aeads.Seal(_schedule.Aead, _secrets.AsSpan(0, _schedule.Nk), nonce, aad, plaintext, ciphertext);
        _sequenceNumber++;
        return ciphertext;
    }

    /// <summary>Opens the next message into a new array; a failure leaves the context at the same message.</summary>
    /// <returns>False if the ciphertext is malformed, forged, or not the next one.</returns>
    /// <exception cref="InvalidOperationException">The context is the sender's, or its sequence numbers are used up.</exception>
    /// <exception cref="ObjectDisposedException">The context has been disposed of.</exception>
    public bool TryOpen(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext, [NotNullWhen(true)] out byte[]? plaintext)
    {
        ThrowUnless(!_seals, "a sender's context cannot open");
        plaintext = null;
        if (ciphertext.Length < Aeads.Nt)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[Aeads.Nn];
        Aeads.ComputeNonce(BaseNonce, _sequenceNumber, nonce);
        byte[] room = new byte[ciphertext.Length - Aeads.Nt];
        if (!Aeads.TryOpen(_schedule.Aead, _secrets.AsSpan(0, _schedule.Nk), nonce, aad, ciphertext, room))
        {
            return false;
        }

        _sequenceNumber++;
        plaintext = room;
        return true;
    }

    /// <summary>Exports a secret of <paramref name="length"/> bytes, at most 255 Nh (RFC 9180 §5.3).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or too great.</exception>
    /// <exception cref="ObjectDisposedException">The context has been disposed of.</exception>
    public byte[] Export(ReadOnlySpan<byte> exporterContext, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 255 * _schedule.Nh);
        byte[] exported = new byte[length];
        _schedule.Export(ExporterSecret, exporterContext, exported);
        return exported;
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secrets);
    }

    /// <summary>The name of the type: nothing of the keys.</summary>
    public override string ToString() => nameof(HpkeContext);

    private void ThrowUnless(bool allowed, string otherwise)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!allowed)
        {
            throw new InvalidOperationException(otherwise);
        }

        // One short of the counter's end, so that it never wraps; RFC 9180 §5.2 would allow more than 64 bits.
        if (_sequenceNumber == ulong.MaxValue)
        {
            throw new InvalidOperationException("the sequence numbers of the context are used up");
        }
    }
}
