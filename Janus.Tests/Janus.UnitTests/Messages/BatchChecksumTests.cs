using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class BatchChecksumTests
{
    [Test]
    public void Combining_is_xor_over_all_bytes()
    {
        byte[] left = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];
        byte[] right = [.. Enumerable.Range(0, 32).Select(i => (byte)(255 - i))];

        BatchChecksum combined = BatchChecksum.FromBytes(left).Combine(BatchChecksum.FromBytes(right));

        Assert.That(combined.ToArray(), Is.EqualTo(left.Zip(right, (a, b) => (byte)(a ^ b))));
        Assert.That(combined.Combine(combined), Is.EqualTo(BatchChecksum.Empty));
    }
}
