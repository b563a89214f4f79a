namespace Janus.Vdaf;

/// <summary>One report as an aggregator verifies it.</summary>
/// <param name="Nonce">The nonce, <see cref="IVdaf.NonceSize"/> bytes: in DAP the report ID.</param>
/// <param name="PublicShare">The encoded public share.</param>
/// <param name="InputShare">The encoded input share of this aggregator.</param>
public readonly record struct VerifyInput(
    ReadOnlyMemory<byte> Nonce,
    ReadOnlyMemory<byte> PublicShare,
    ReadOnlyMemory<byte> InputShare)
{
    /// <summary>The name of the type: shares are secrets.</summary>
    public override string ToString() => nameof(VerifyInput);
}
