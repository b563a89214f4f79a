using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.UnitTests.Client;

/// <summary>An HPKE key pair with the configuration that announces it.</summary>
internal sealed class TestKey : IDisposable
{
    public TestKey(byte configId)
    {
        KeyPair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        Config = HpkeConfigs.Create(new HpkeConfigId(configId), HpkeConfigs.MandatorySuite, KeyPair);
    }

    public HpkeKeyPair KeyPair { get; }

    public HpkeConfig Config { get; }

    public void Dispose() => KeyPair.Dispose();
}
