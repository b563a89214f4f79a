using System.Text;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class DapVersionTests
{
    [TestCase(Role.Leader, "6461702d313820696e7075742073686172650102")]
    [TestCase(Role.Helper, "6461702d313820696e7075742073686172650103")]
    public void An_input_share_goes_from_the_client_to_the_server(Role server, string hex) =>
        Assert.That(Convert.ToHexStringLower(DapVersion.Newest.InputShareInfo(server)), Is.EqualTo(hex));

    [TestCase(Role.Leader, "6461702d31382061676772656761746520736861726502" + "00")]
    [TestCase(Role.Helper, "6461702d31382061676772656761746520736861726503" + "00")]
    public void An_aggregate_share_goes_from_the_server_to_the_collector(Role server, string hex) =>
        Assert.That(Convert.ToHexStringLower(DapVersion.Newest.AggregateShareInfo(server)), Is.EqualTo(hex));

    [Test]
    public void The_vdaf_context_ends_with_the_task() =>
        Assert.That(
            DapVersion.Newest.VdafContext(Samples.TaskId),
            Is.EqualTo(Encoding.ASCII.GetBytes("dap-18").Concat(Samples.TaskId.ToArray())));

    // Whoever works on a task takes what the draft decides from the task's version.
    [Test]
    public void Requests_carry_the_media_types_of_their_version()
    {
        DapVersion version = DapVersion.Newest;
        AggregatorUrls urls = new(new Url("https://leader.test/dap"));
        DapRequest upload = version.Requests.Upload(urls, Samples.TaskId, new byte[] { 1 });

        Assert.That(
            (upload.Operation, upload.Method, upload.Uri.AbsoluteUri, upload.ContentType, upload.Accept),
            Is.EqualTo((DapOperation.Upload, HttpMethod.Post, $"https://leader.test/dap/tasks/{Samples.TaskId}/reports", version.MediaTypes.UploadRequest, version.MediaTypes.UploadErrors)));
    }

    [TestCase(Role.Client)]
    [TestCase(Role.Collector)]
    public void Only_aggregators_are_servers(Role role)
    {
        Assert.That(() => DapVersion.Newest.InputShareInfo(role), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => DapVersion.Newest.AggregateShareInfo(role), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
