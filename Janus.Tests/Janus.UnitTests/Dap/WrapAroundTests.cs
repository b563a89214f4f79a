using System.Numerics;
using Janus.Dap;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class WrapAroundTests
{
    [TestCase("sum:9223372036854775807")]
    [TestCase("sum:1000000000000000000")]
    [TestCase("sum:4294967296")]
    [TestCase("sumvec:2:18446744073709551615")]
    public void A_batch_can_wrap_around_from_where_its_largest_sum_reaches_the_modulus(string text)
    {
        VdafDescription vdaf = VdafDescription.Parse(text);
        WrapAround wrapAround = new(vdaf);
        BigInteger largest = wrapAround.LargestBatch;

        Assert.That(largest * vdaf.MaximumElement, Is.LessThan(vdaf.Modulus));
        Assert.That((largest + 1) * vdaf.MaximumElement, Is.GreaterThanOrEqualTo(vdaf.Modulus));
        Assert.That(wrapAround.IsPossible((ulong)largest), Is.False);
        Assert.That(wrapAround.IsPossible((ulong)largest + 1), Is.True);
    }

    [TestCase("count", false)]
    [TestCase("sum:4294967294", false)]
    [TestCase("histogram:3", false)]
    [TestCase("multihot:3:2", false)]
    [TestCase("sumvec:3:4294967295", false)]
    public void A_field_of_128_bits_and_small_measurements_hold_all_reports_there_can_be(string text, bool possible) =>
        Assert.That(new WrapAround(VdafDescription.Parse(text)).IsPossible(uint.MaxValue), Is.EqualTo(possible));

    [Test]
    public void Noise_takes_its_part_of_the_field_on_both_sides()
    {
        VdafDescription vdaf = VdafDescription.Sum(1_000_000_000_000_000);
        DifferentialPrivacyStrategy noise = DifferentialPrivacyStrategy.Parse("gaussian:epsilon=1");
        BigInteger standardDeviation = vdaf.MaximumElement;
        BigInteger room = vdaf.Modulus - 1 - (2 * 2 * 128 * standardDeviation);

        // The standard deviation is a floating point number.
        Assert.That(new WrapAround(vdaf, noise).LargestBatch, Is.EqualTo(room / vdaf.MaximumElement));
        Assert.That(new WrapAround(vdaf).LargestBatch - new WrapAround(vdaf, noise).LargestBatch, Is.EqualTo((BigInteger)512));
    }

    [TestCase("laplace:epsilon=1/1000000")]
    [TestCase("gaussian:epsilon=1/1000000")]
    public void Noise_that_a_task_may_have_leaves_its_smallest_batch_unflagged(string noise)
    {
        DifferentialPrivacyStrategy strategy = DifferentialPrivacyStrategy.Parse(noise);
        Assert.That(new WrapAround(VdafDescription.Sum(1000), strategy).IsPossible(100), Is.False);
    }

    [Test]
    public void The_smallest_batch_is_a_mistake_and_a_plausible_one_a_risk()
    {
        WrapAround huge = new(VdafDescription.Sum(long.MaxValue));
        WrapAround large = new(VdafDescription.Sum(1UL << 45));
        WrapAround small = new(VdafDescription.Sum(1UL << 32));

        Assert.Multiple(() =>
        {
            Assert.That(
                huge.FindMistake(2),
                Is.EqualTo("2 reports of sum:9223372036854775807 can add up to 18446744073709551614, and sums wrap around at 18446744069414584321, "
                    + "the modulus of the field: expected smaller measurements, or a minimum batch size of at most 1"));
            Assert.That(huge.FindMistake(1), Is.Null);
            Assert.That(huge.FindRisk(1), Does.StartWith("the result of a batch of more than 1 report of sum:9223372036854775807 may be wrong: "));
            Assert.That(large.FindMistake(100), Is.Null);
            Assert.That(large.FindRisk(100), Does.StartWith("the result of a batch of more than 524,287 reports"));
            Assert.That(small.FindRisk(100), Is.Null);
            Assert.That(small.FindRisk(100_000_000), Is.Not.Null, "a hundred times as many");
            Assert.That(small.FindRisk(ulong.MaxValue), Is.Not.Null);
        });
    }
}
