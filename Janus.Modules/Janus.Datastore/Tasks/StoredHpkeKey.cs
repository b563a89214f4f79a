using Janus.Dap;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>An HPKE key pair of this Aggregator that Clients encrypt input shares to: DAP §4.4.1 (hpke-config).</summary>
/// <param name="Config">The public half as it is advertised.</param>
/// <param name="PrivateKey">The encoded private key.</param>
/// <param name="CreatedAt">When the key pair was made.</param>
public sealed record StoredHpkeKey(HpkeConfig Config, byte[] PrivateKey, DateTimeOffset CreatedAt)
{
    /// <summary>Where the key stands in its life; active from the beginning unless another is given.</summary>
    public HpkeKeyStatus Status { get; init; } =
        new(Config.Id, Config.Suite(), HpkeKeyState.Active, CreatedAt, CreatedAt, null);

    /// <summary>The configuration ID, never the private key.</summary>
    public override string ToString() => $"{nameof(StoredHpkeKey)} {Config.Id}";
}
