using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;
using Janus.Benchmarks.Vdaf;
using Janus.Cli.Bench;
using Janus.Vdaf;

namespace Janus.UnitTests.Benchmarks;

/// <summary>The benchmarks of the VDAFs are complete, and none has rotted.</summary>
internal sealed class VdafBenchmarkTests
{
    private const int LargestSize = 128;
    private const string SmallVdaf = "Prio3Count";

    private static readonly BenchmarkCase[] All =
    [
        .. typeof(Prio3Benchmarks).Assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: false } && type.Name.EndsWith("Benchmarks", StringComparison.Ordinal))
            .SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases),
    ];

    private static IEnumerable<TestCaseData> Methods =>
        All.Where(IsSmall)
            .GroupBy(each => each.Descriptor.GetFilterName())
            .Select(method => new TestCaseData((object)method.ToArray()).SetArgDisplayNames(method.Key.Split('.')[^2..]));

    [Test]
    public void Every_operation_of_every_published_vdaf_is_measured_under_every_instruction_set() =>
        Assert.That(
            All.Where(each => each.Descriptor.Type.IsAssignableTo(typeof(Prio3Benchmarks)))
                .Select(each => (each.Parameters[nameof(Prio3Benchmarks.Vdaf)], each.Descriptor.WorkloadMethod.Name, each.Parameters["InstructionSet"])),
            Is.EquivalentTo(
                from vdaf in BenchVdaf.Defaults
                from operation in Enum.GetNames<BenchOperation>()
                from instructionSet in InstructionSets.Supported
                select (vdaf.Name, operation, InstructionSets.NameOf(instructionSet))));

    [TestCaseSource(nameof(Methods))]
    public void Every_benchmark_runs(BenchmarkCase[] cases)
    {
        foreach (BenchmarkCase each in cases)
        {
            object instance = Activator.CreateInstance(each.Descriptor.Type)!;
            foreach (ParameterInstance parameter in each.Parameters.Items)
            {
                each.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
            }

            each.Descriptor.GlobalSetupMethod!.Invoke(instance, null);
            Assert.That(() => each.Descriptor.WorkloadMethod.Invoke(instance, null), Throws.Nothing, each.DisplayInfo);
        }
    }

    private static bool IsSmall(BenchmarkCase each) => each.Parameters.Items.All(parameter => parameter.Name switch
    {
        "Size" => (int)parameter.Value <= LargestSize,
        nameof(Prio3Benchmarks.Vdaf) => parameter.Value is SmallVdaf,
        _ => true,
    });
}
