using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Decrypts the input shares of one task: DAP §4.5.3.3 (input-share-decryption). Made once for thousands of
/// reports, and safe for concurrent use.
/// </summary>
public sealed class InputShareOpener
{
    private readonly InputShareRecipients _recipients;
    private readonly TaskAad _aad;

    /// <summary>Prepares decryption for one task.</summary>
    public InputShareOpener(DapVersion version, TaskId taskId, TaskConfiguration taskConfiguration, InputShareRecipients recipients)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(recipients);
        _recipients = recipients;
        _aad = version.AadOf(taskId, taskConfiguration);
    }

    /// <summary>Whether the configuration is known; if not, an upload is answered with <c>outdated_config</c>.</summary>
    public bool Knows(HpkeConfigId configId) => _recipients.Contains(configId);

    /// <summary>Decrypts one input share and decodes it.</summary>
    /// <param name="reportMetadata">The report's metadata.</param>
    /// <param name="publicShare">The report's public share.</param>
    /// <param name="encryptedInputShare">This Aggregator's encrypted input share.</param>
    /// <param name="plaintextInputShare">The input share, or null after a failure.</param>
    /// <param name="error">
    /// After a failure <c>hpke_decrypt_error</c>, also for an unknown configuration, or <c>invalid_message</c> when the
    /// plaintext is malformed; otherwise <c>reserved</c>.
    /// </param>
    public bool TryOpen(
        ReportMetadata reportMetadata,
        ReadOnlySpan<byte> publicShare,
        HpkeCiphertext encryptedInputShare,
        [NotNullWhen(true)] out PlaintextInputShare? plaintextInputShare,
        out ReportError error)
    {
        ArgumentNullException.ThrowIfNull(reportMetadata);
        ArgumentNullException.ThrowIfNull(encryptedInputShare);
        plaintextInputShare = null;
        error = ReportError.HpkeDecryptError;
        if (!_recipients.TryGet(encryptedInputShare.ConfigId, out HpkeRecipient? recipient))
        {
            return false;
        }

        ReadOnlySpan<byte> ciphertext = encryptedInputShare.Payload.Span;
        byte[] plaintext = ArrayPool<byte>.Shared.Rent(ciphertext.Length);
        try
        {
            using PooledBufferWriter aad = _aad.ForInputShare(reportMetadata, publicShare);
            if (!recipient.TryOpen(encryptedInputShare.Enc.Span, aad.WrittenSpan, ciphertext, plaintext, out int length))
            {
                return false;
            }

            plaintextInputShare = WireMessage.Decode<PlaintextInputShare>(plaintext.AsSpan(0, length));
            error = ReportError.Reserved;
            return true;
        }
        catch (DecodeException)
        {
            error = ReportError.InvalidMessage;
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext.AsSpan(0, ciphertext.Length));
            ArrayPool<byte>.Shared.Return(plaintext);
        }
    }
}
