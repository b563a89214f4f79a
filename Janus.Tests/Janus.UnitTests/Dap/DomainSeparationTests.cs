using System.Text;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class DomainSeparationTests
{
    [TestCase(Role.Leader, "6461702d313820696e7075742073686172650102")]
    [TestCase(Role.Helper, "6461702d313820696e7075742073686172650103")]
    public void An_input_share_goes_from_the_client_to_the_server(Role server, string hex) =>
        Assert.That(Convert.ToHexStringLower(DomainSeparation.InputShareInfo(server)), Is.EqualTo(hex));

    [TestCase(Role.Leader, "6461702d31382061676772656761746520736861726502" + "00")]
    [TestCase(Role.Helper, "6461702d31382061676772656761746520736861726503" + "00")]
    public void An_aggregate_share_goes_from_the_server_to_the_collector(Role server, string hex) =>
        Assert.That(Convert.ToHexStringLower(DomainSeparation.AggregateShareInfo(server)), Is.EqualTo(hex));

    [Test]
    public void The_vdaf_context_ends_with_the_task() =>
        Assert.That(
            DomainSeparation.VdafContext(Samples.TaskId),
            Is.EqualTo(Encoding.ASCII.GetBytes("dap-18").Concat(Samples.TaskId.ToArray())));

    [TestCase(Role.Client)]
    [TestCase(Role.Collector)]
    public void Only_aggregators_are_servers(Role role)
    {
        Assert.That(() => DomainSeparation.InputShareInfo(role), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => DomainSeparation.AggregateShareInfo(role), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
