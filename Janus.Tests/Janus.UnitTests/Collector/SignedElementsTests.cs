using System.Numerics;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Collector;

internal sealed class SignedElementsTests
{
    private static readonly BigInteger[] Moduli = [Prio3.Count().Modulus, Prio3.Histogram(1, 1).Modulus];

    [TestCaseSource(nameof(Moduli))]
    public void Numbers_come_back_whatever_noise_of_the_allowed_width_made_of_them(BigInteger modulus)
    {
        SignedElements elements = new(modulus, 1000);
        BigInteger most = 1000 * 50;
        foreach (BigInteger number in (BigInteger[])[0, 1, most, most + 1, -1, -2, -most, modulus / 4, (modulus / 4) + most, -modulus / 4])
        {
            UInt128 element = (UInt128)((number + modulus) % modulus);
            Assert.That(elements.Read([element], 50), Is.EqualTo([number]));
        }
    }

    [Test]
    public void A_sum_without_noise_is_read_up_to_the_modulus()
    {
        BigInteger modulus = Moduli[0];
        SignedElements elements = new(modulus, BigInteger.Pow(2, 62));
        Assert.That(elements.Read([(UInt128)(modulus - 1), (UInt128)(modulus / 2) + 1], 4), Is.EqualTo([modulus - 1, (modulus / 2) + 1]));
    }

    [TestCase("count")]
    [TestCase("sum:1000")]
    [TestCase("sumvec:2:7")]
    [TestCase("multihot:2:2")]
    public async Task A_collector_shows_a_negative_result_as_negative(string text)
    {
        VdafDescription vdaf = VdafDescription.Parse(text);
        await using ScriptedLeader leader = new(vdaf);
        leader.Add([vdaf.Length == 1 ? Measurement.FromNumber(1) : Measurement.FromVector(1, 0)]);
        int size = leader.DapTask.Vdaf.AggShareLength([]) / vdaf.Length;
        BigInteger modulus = vdaf.Modulus;

        // The Helper's noise is −5 for each element.
        byte[] noise = [.. Enumerable.Range(0, vdaf.Length).SelectMany(_ => (modulus - 5).ToByteArray(isUnsigned: true).Concat(new byte[size]).Take(size))];
        leader.HelperNoise = noise;
        using HttpClient http = new();
        DapCollector collector = new(
            leader.DapTask.Id, leader.DapTask.Configuration, leader.DapTask.Collector.Config, leader.DapTask.Collector.KeyPair, leader.DapTask.CollectorToken, http);
        CollectionResult result = await collector.CollectAsync(Query.TimeInterval(Interval.Of(new Time(77))));
        Assert.That(result.AggregateResult, Is.EqualTo(vdaf.Length == 1 ? new BigInteger[] { -4 } : [-4, -5]));
    }
}
