namespace Janus.Dap;

/// <summary>The members of a Collector's key file, both in base64url without padding.</summary>
/// <param name="HpkeConfig">The encoded HpkeConfig.</param>
/// <param name="PrivateKey">The encoded private key: secret.</param>
internal sealed record CollectorKeyFileJson(string? HpkeConfig, string? PrivateKey)
{
    /// <summary>The type's name: the private key is secret.</summary>
    public override string ToString() => nameof(CollectorKeyFileJson);
}
