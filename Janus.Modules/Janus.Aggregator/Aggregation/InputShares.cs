using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>
/// Opens and checks one input share, the same way at upload and in aggregation: DAP §4.5.3.3 (input-share-decryption)
/// and §4.5.3.4 (input-share-validation). Times are checked by the caller.
/// </summary>
internal static class InputShares
{
    /// <summary>Opens an input share; returns why it is invalid, or <see langword="null"/>.</summary>
    public static ReportError? TryOpen(
        AggregatorTask task,
        InputShareOpener opener,
        ReportMetadata metadata,
        ReadOnlyMemory<byte> publicShare,
        HpkeCiphertext ciphertext,
        out PlaintextInputShare? plaintext)
    {
        if (!opener.TryOpen(metadata, publicShare.Span, ciphertext, out plaintext, out ReportError error))
        {
            return error;
        }

        int aggregatorId = task.Role == Role.Leader ? 0 : 1;
        bool valid = publicShare.Length == task.Vdaf.PublicShareLength
            && plaintext.Payload.Length == task.Vdaf.InputShareLength(aggregatorId)
            && ExtensionRules.AreWellFormed(metadata.PublicExtensions, plaintext.PrivateExtensions)
            && UnrecognizedExtensions(metadata, plaintext).Count == 0;
        return valid ? null : ReportError.InvalidMessage;
    }

    /// <summary>The code points of a report's extensions that are not known here, each once, in increasing order.</summary>
    public static IReadOnlyList<ushort> UnrecognizedExtensions(ReportMetadata metadata, PlaintextInputShare plaintext) =>
        metadata.PublicExtensions.Count + plaintext.PrivateExtensions.Count == 0
            ? []
            : [.. ExtensionRules.Unrecognized([.. metadata.PublicExtensions, .. plaintext.PrivateExtensions], IsRecognized).Order()];

    // No report extension has been defined yet.
    private static bool IsRecognized(ushort codePoint) => false;
}
