using Janus.Messages;

namespace Janus.Dap;

/// <summary>draft-ietf-ppm-dap-18.</summary>
internal sealed class Dap18Version : DapVersion
{
    private const string MediaType = "application/ppm-dap;message=";

    public override string Name => "dap-18";

    public override DapMediaTypes MediaTypes { get; } = new()
    {
        HpkeConfigList = MediaType + "hpke-config-list",
        UploadRequest = MediaType + "upload-req",
        UploadErrors = MediaType + "upload-errors",
        AggregationJobInitReq = MediaType + "aggregation-job-init-req",
        AggregationJobContinueReq = MediaType + "aggregation-job-continue-req",
        AggregationJobResp = MediaType + "aggregation-job-resp",
        AggregateShareReq = MediaType + "aggregate-share-req",
        AggregateShare = MediaType + "aggregate-share",
        CollectionJobReq = MediaType + "collection-job-req",
        CollectionJobResp = MediaType + "collection-job-resp",
    };

    public override DapRequests Requests => field ??= new Dap18Requests(MediaTypes);

    public override byte[] VdafContext(TaskId taskId) => [.. "dap-18"u8, .. taskId.ToArray()];

    public override byte[] InputShareInfo(Role server) =>
        [.. "dap-18 input share"u8, (byte)Role.Client, (byte)Aggregator(server)];

    public override byte[] AggregateShareInfo(Role server) =>
        [.. "dap-18 aggregate share"u8, (byte)Aggregator(server), (byte)Role.Collector];

    internal override TaskAad AadOf(TaskId taskId, TaskConfiguration taskConfiguration) => new Dap18TaskAad(taskId, taskConfiguration);

    private static Role Aggregator(Role role) => role is Role.Leader or Role.Helper
        ? role
        : throw new ArgumentOutOfRangeException(nameof(role), role, "expected the role of an Aggregator");
}
