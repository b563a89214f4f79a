using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;

namespace Janus.Cli.Files;

/// <summary>The public part of an Aggregator's HPKE key pair.</summary>
/// <param name="Id">The configuration ID.</param>
/// <param name="Suite">KEM, KDF and AEAD.</param>
/// <param name="HpkeConfig">The encoded HpkeConfig, base64url.</param>
/// <param name="CreatedAt">When the key pair was made.</param>
internal sealed record HpkeKeyDescription(byte Id, string Suite, string HpkeConfig, string CreatedAt)
{
    /// <summary>Describes a key pair.</summary>
    public static HpkeKeyDescription Of(StoredHpkeKey key) => new(
        key.Config.Id.Value, key.Config.Suite().ToString(), CollectorKeyFile.Encode(key.Config), InstantText.Format(key.CreatedAt));
}
