using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf;

[TestFixture]
internal sealed class InstructionSetChoiceTests
{
    [Test]
    public void Scalar_code_runs_everywhere_and_the_best_comes_last()
    {
        Assert.That(InstructionSets.Supported[0], Is.EqualTo(InstructionSet.Scalar));
        Assert.That(InstructionSets.Supported, Is.Ordered.And.Unique);
    }

    [TestCase(null)]
    [TestCase("")]
    public void Best_one_is_chosen_if_none_is_asked_for(string? value) =>
        Assert.That(InstructionSets.Choose(value), Is.EqualTo(InstructionSets.Supported[^1]));

    [TestCase("scalar", InstructionSet.Scalar)]
    [TestCase("avx2", InstructionSet.Avx2)]
    [TestCase("avx512", InstructionSet.Avx512)]
    public void One_that_is_asked_for_is_chosen_or_refused_where_the_machine_lacks_it(string value, InstructionSet expected)
    {
        Assert.That(InstructionSets.NameOf(expected), Is.EqualTo(value));
        if (InstructionSets.Supported.Contains(expected))
        {
            Assert.That(InstructionSets.Choose(value), Is.EqualTo(expected));
        }
        else
        {
            Assert.That(() => InstructionSets.Choose(value), Throws.InvalidOperationException.With.Message.Contains("lacks"));
        }
    }

    [Test]
    public void One_that_the_machine_lacks_is_refused_with_what_it_has() =>
        Assert.That(
            () => InstructionSets.Choose("avx512", [InstructionSet.Scalar, InstructionSet.Avx2]),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "JANUS_VDAF_ISA is avx512, which this machine lacks; it has scalar, avx2"));

    [TestCase("AVX2")]
    [TestCase("avx-512")]
    [TestCase("neon")]
    [TestCase("1")]
    [TestCase(" ")]
    public void Unknown_one_is_refused(string value) =>
        Assert.That(
            () => InstructionSets.Choose(value),
            Throws.InvalidOperationException.With.Message.StartsWith($"JANUS_VDAF_ISA is \"{value}\", which is not known; this machine has scalar"));

    [Test]
    public void Vdaf_uses_the_one_of_the_process_unless_it_is_told_otherwise()
    {
        Assert.That(Prio3.Count().InstructionSet, Is.EqualTo(InstructionSets.Current));
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            Assert.That(Prio3.Count().With(set).InstructionSet, Is.EqualTo(set));
        }
    }
}
