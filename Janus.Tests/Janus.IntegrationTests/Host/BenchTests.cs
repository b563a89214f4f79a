using System.Text.Json;
using Janus.Testing;

namespace Janus.IntegrationTests.Host;

public sealed class BenchTests
{
    [Test]
    public async Task Each_instruction_set_is_measured_in_a_process_of_its_own()
    {
        await using HostProcess host = HostProcess.Start(
            ["bench", "vdaf", "--isa", "all", "--vdaf", "Prio3Count", "Prio3Histogram(4,2)", "--batch", "2", "--quick", "--json", "-"]);
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Error);
        using JsonDocument json = JsonDocument.Parse(host.Output);
        ILookup<string, JsonElement> results = json.RootElement.GetProperty("results").EnumerateArray()
            .ToLookup(result => result.GetProperty("isa").GetString()!);
        Assert.That(results.Select(isa => isa.Key), Does.Contain("scalar"));
        foreach (IGrouping<string, JsonElement> isa in results)
        {
            Assert.That(
                isa.Select(result => $"{result.GetProperty("vdaf")} {result.GetProperty("operation")}"),
                Is.EqualTo(new[]
                {
                    "Prio3Count helper", "Prio3Count leader", "Prio3Count shard",
                    "Prio3Histogram(4,2) helper", "Prio3Histogram(4,2) leader", "Prio3Histogram(4,2) shard",
                }));
        }
    }

    [Test]
    public async Task The_process_of_an_instruction_set_that_fails_makes_the_command_fail()
    {
        await using HostProcess host = HostProcess.Start(
            ["bench", "vdaf", "--isa", "scalar", "--vdaf", "Prio3SumVec(1,100000,316)", "--batch", "1000000", "--quick"]);
        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(host.Error, Does.Contain("--batch: ").And.Contain("the process that was to measure scalar failed (exit code 1)"));
    }

    [Test]
    public async Task An_instruction_set_that_is_not_known_is_refused_before_anything_is_done()
    {
        await using HostProcess host = HostProcess.Start(
            ["vdaf", "verify-vectors", "."], new Dictionary<string, string> { ["JANUS_VDAF_ISA"] = "mmx" });
        Assert.That(await host.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(host.Error, Does.StartWith("janus: JANUS_VDAF_ISA is \"mmx\", which is not known; this machine has scalar"));
    }
}
