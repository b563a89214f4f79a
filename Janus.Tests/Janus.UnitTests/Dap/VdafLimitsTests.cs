using System.Buffers.Binary;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Dap;

/// <summary>What a description costs is known from its numbers, and bounded before anything is made.</summary>
[TestFixture]
public sealed class VdafLimitsTests
{
    // What a refusal may allocate: messages and the exception, nothing that grows with a number.
    private const long Little = 64 << 10;

    private static readonly string[] Vdafs =
    [
        "count", "sum:1", "sum:2", "sum:1000", "sum:9223372036854775807",
        "sumvec:1:1:1", "sumvec:10:255:4", "sumvec:1000:1:1", "sumvec:1000:18446744073709551615", "sumvec:3:7:100000",
        "histogram:1:1", "histogram:7:100", "histogram:1000:1", "histogram:10000", "histogram:20000:1",
        "multihot:1:1:1", "multihot:100:12:9", "multihot:1000:1000:1", "multihot:1023:512:1",
    ];

    private static readonly VdafDescription[] Extremes =
    [
        VdafDescription.Sum(long.MaxValue),
        VdafDescription.SumVec(1, ulong.MaxValue, VdafLimits.MaximumChunkLength),
        VdafDescription.SumVec(VdafLimits.MaximumEncodedLength / 64, ulong.MaxValue, 65),
        VdafDescription.SumVec(VdafLimits.MaximumEncodedLength, 1, VdafLimits.MaximumChunkLength),
        VdafDescription.Histogram(VdafLimits.MaximumChunks, 1),
        VdafDescription.Histogram(VdafLimits.MaximumEncodedLength, 65),
        VdafDescription.Histogram(VdafLimits.MaximumEncodedLength, VdafLimits.MaximumChunkLength),
        VdafDescription.MultihotCountVec(VdafLimits.MaximumEncodedLength - 23, 4_194_304, 65),
        VdafDescription.MultihotCountVec(VdafLimits.MaximumEncodedLength - 23, 4_194_304, VdafLimits.MaximumChunkLength),
    ];

    [TestCaseSource(nameof(Vdafs))]
    public void Sizes_by_arithmetic_are_those_of_the_vdaf(string text)
    {
        VdafDescription description = VdafDescription.Parse(text);
        Prio3 vdaf = (Prio3)description.ToVdaf();

        Assert.Multiple(() =>
        {
            Assert.That(description.Sizes.PublicShare, Is.EqualTo(vdaf.PublicShareLength));
            Assert.That(description.Sizes.LeaderInputShare, Is.EqualTo(vdaf.InputShareLength(0)));
            Assert.That(description.Sizes.HelperInputShare, Is.EqualTo(vdaf.InputShareLength(1)));
            Assert.That(description.Sizes.ReportShares, Is.EqualTo(vdaf.PublicShareLength + vdaf.InputSharesLength));
            Assert.That(description.VerifyKeySize, Is.EqualTo(vdaf.VerifyKeySize));
            Assert.That(description.Length, Is.EqualTo(vdaf.OutputLength));
            Assert.That(description.Modulus, Is.EqualTo((System.Numerics.BigInteger)vdaf.Modulus));
            Assert.That((uint)description.Type, Is.EqualTo(vdaf.AlgorithmId));
            Assert.That(vdaf.Name, Does.StartWith(description.Entry.Name));
        });
    }

    [TestCaseSource(nameof(Vdafs))]
    public void Making_a_vdaf_takes_no_more_than_was_computed(string text)
    {
        VdafDescription description = VdafDescription.Parse(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Prio3 vdaf = (Prio3)description.ToVdaf();

        // Asking makes the tables for several reports at a time.
        _ = vdaf.ShardWorkingMemory;
        long made = GC.GetAllocatedBytesForCurrentThread() - before;
        long oneAtATime = ((Prio3)description.ToVdaf()).With(InstructionSet.Scalar).ShardWorkingMemory;

        Assert.That(made + oneAtATime, Is.AtMost(description.Sizes.Memory));
        Assert.That(made + oneAtATime, Is.AtLeast((description.Sizes.Memory - (64 << 10)) / 16));
    }

    [TestCaseSource(nameof(Extremes))]
    public void The_largest_parameters_stay_within_the_limits_on_sizes(VdafDescription vdaf) => Assert.Multiple(() =>
    {
        Assert.That(vdaf.Sizes.LeaderInputShare, Is.AtMost(VdafLimits.MaximumInputShareLength));
        Assert.That(vdaf.Sizes.Proof, Is.AtMost(VdafLimits.MaximumProofLength));
        Assert.That(vdaf.Sizes.Memory, Is.AtMost(VdafLimits.MaximumMemory));
    });

    [TestCase("sumvec:100000:1")]
    [TestCase("sumvec:100000:18446744073709551615")]
    [TestCase("sumvec:8000000:1")]
    [TestCase("histogram:10000")]
    [TestCase("histogram:100000:1")]
    [TestCase("histogram:8388608")]
    [TestCase("multihot:1000000:1000000")]
    public void What_people_may_want_is_allowed(string text) => Assert.That(() => VdafDescription.Parse(text), Throws.Nothing);

    [TestCase(VdafType.Prio3Histogram, "0100000000000001", "length 16777216 is out of range: 1 to 8388608")]
    [TestCase(VdafType.Prio3Histogram, "0080000000000001", "chunkLength 1 is too small for a measurement of 8388608 field elements: expected at least 65, 2049 is best")]
    [TestCase(VdafType.Prio3Histogram, "0000000100ffffff", "chunkLength 16777215 is out of range: 1 to 262144")]
    [TestCase(VdafType.Prio3Histogram, "ffffffff00000001", "length 4294967295 is out of range")]
    [TestCase(VdafType.Prio3Histogram, "0000000a00000000", "chunkLength 0 is out of range: 1 to 262144")]
    [TestCase(VdafType.Prio3Sum, "8000000000000000", "maxMeasurement 9223372036854775808 is out of range: 1 to 9223372036854775807")]
    [TestCase(VdafType.Prio3SumVec, "0002000100000000ffffffff00001000", "", false)]
    [TestCase(VdafType.Prio3SumVec, "00020001ffffffffffffffff00001000", "length 131073 is out of range: 1 to 131072 for elements of 64 bits")]
    [TestCase(VdafType.Prio3SumVec, "0002000000000000000000ff00000001", "chunkLength 1 is too small for a measurement of 1048576 field elements: expected at least 9")]
    [TestCase(VdafType.Prio3SumVec, "00000001000000000000000001000000", "maxMeasurement 0 is out of range")]
    [TestCase(VdafType.Prio3MultihotCountVec, "01000000000010000000000000000001", "length 16777216 is out of range: 1 to 8388607")]
    [TestCase(VdafType.Prio3MultihotCountVec, "00400000000000010000000000000001", "chunkLength 1 is too small for a measurement of 4194305 field elements: expected at least 33")]
    [TestCase(VdafType.Prio3MultihotCountVec, "0000000500000001ffffffffffffffff", "maxWeight 18446744073709551615 is out of range: 1 to the length 5")]
    public void A_number_that_is_too_large_is_named_with_what_is_allowed_before_anything_is_made(
        VdafType type, string configuration, string expected, bool refused = true)
    {
        byte[] encoded = Convert.FromHexString(configuration);
        TaskConfiguration task = new(Samples.TaskConfiguration.Fields with { VdafType = type, VdafConfiguration = encoded });
        string? Refusal(Action read)
        {
            try
            {
                read();
                return null;
            }
            catch (UnsupportedVdafException exception)
            {
                return exception.Message;
            }
        }

        // Once before, for what is compiled.
        Refusal(() => VdafDescription.Decode(type, encoded));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? message = Refusal(() => VdafDescription.Decode(type, encoded));
        string? whenMade = refused ? Refusal(() => new SupportedVdafs().Create(task)) : message;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(message, refused ? Does.Contain(expected) : Is.Null);
        Assert.That(whenMade, Is.EqualTo(message));
        Assert.That(allocated, Is.LessThan(Little));
    }

    [TestCase("histogram:16777216")]
    [TestCase("histogram:8388608:64")]
    [TestCase("sumvec:16777216:1")]
    [TestCase("sumvec:2147483647:2147483647")]
    [TestCase("sumvec:1:1:2147483647")]
    [TestCase("multihot:8388608:1:1024")]
    public void A_text_that_is_too_large_is_refused_before_anything_is_made(string text)
    {
        Assert.That(() => MeasurementEncoding.Parse(text), Throws.TypeOf<UnsupportedVdafException>());
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            MeasurementEncoding.Parse(text);
        }
        catch (UnsupportedVdafException)
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Little));
        }
    }

    [Test]
    public void Reading_a_description_makes_nothing_and_a_task_makes_its_vdaf_once()
    {
        byte[] encoded = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(encoded, 20_000);
        encoded[7] = 1;
        TaskConfiguration task = new(Samples.TaskConfiguration.Fields with { VdafType = VdafType.Prio3Histogram, VdafConfiguration = encoded });
        SupportedVdafs vdafs = new();
        VdafDescription description = VdafDescription.Of(task);
        _ = vdafs.Create(task);
        _ = description.ToVdaf();

        long reading = Allocated(() => VdafDescription.Of(task).Sizes.Memory);
        long making = Allocated(() => description.ToVdaf());
        long forTask = Allocated(() => vdafs.Create(task));

        Assert.That(reading, Is.LessThan(Little));
        Assert.That(making, Is.GreaterThan(1 << 20));
        Assert.That(forTask, Is.LessThan(making * 5 / 4));
    }

    private static long Allocated<T>(Func<T> make)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(make());
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
