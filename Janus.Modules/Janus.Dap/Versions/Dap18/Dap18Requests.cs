using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>Jobs and shares are created by <c>POST</c>, and polled for and deleted where the answer says: DAP §3 (http-usage).</summary>
internal sealed class Dap18Requests(DapMediaTypes mediaTypes) : DapRequests
{
    public override DapRequest GetHpkeConfigs(AggregatorUrls server, TaskId taskId) =>
        new(DapOperation.GetHpkeConfigs, HttpMethod.Get, server.HpkeConfig()) { Accept = mediaTypes.HpkeConfigList };

    public override DapRequest Upload(AggregatorUrls leader, TaskId taskId, ReadOnlyMemory<byte> reports) =>
        new(DapOperation.Upload, HttpMethod.Post, leader.Reports(taskId))
        {
            ContentType = mediaTypes.UploadRequest,
            Content = reports,
            Accept = mediaTypes.UploadErrors,
        };

    public override DapRequest CreateAggregationJob(AggregatorUrls helper, TaskId taskId, AggregationJobInitReq message) =>
        new(DapOperation.CreateAggregationJob, HttpMethod.Post, helper.AggregationJobs(taskId))
        {
            ContentType = mediaTypes.AggregationJobInitReq,
            Content = WireMessage.Encode(message),
            Accept = mediaTypes.AggregationJobResp,
        };

    public override DapRequest ContinueAggregationJob(Uri job, AggregationJobContinueReq message) =>
        new(DapOperation.ContinueAggregationJob, HttpMethod.Post, AggregatorUrls.WithoutStep(job))
        {
            ContentType = mediaTypes.AggregationJobContinueReq,
            Content = WireMessage.Encode(message),
            Accept = mediaTypes.AggregationJobResp,
        };

    public override DapRequest PollAggregationJob(Uri job, ushort awaitedStep) =>
        new(DapOperation.PollAggregationJob, HttpMethod.Get, AggregatorUrls.WithStep(job, awaitedStep)) { Accept = mediaTypes.AggregationJobResp };

    public override DapRequest DeleteAggregationJob(Uri job) =>
        new(DapOperation.DeleteAggregationJob, HttpMethod.Delete, AggregatorUrls.WithoutStep(job));

    public override DapRequest CreateAggregateShare(AggregatorUrls helper, TaskId taskId, AggregateShareReq message) =>
        new(DapOperation.CreateAggregateShare, HttpMethod.Post, helper.AggregateShares(taskId))
        {
            ContentType = mediaTypes.AggregateShareReq,
            Content = WireMessage.Encode(message),
            Accept = mediaTypes.AggregateShare,
        };

    public override DapRequest PollAggregateShare(Uri share) =>
        new(DapOperation.PollAggregateShare, HttpMethod.Get, share) { Accept = mediaTypes.AggregateShare };

    public override DapRequest DeleteAggregateShare(Uri share) => new(DapOperation.DeleteAggregateShare, HttpMethod.Delete, share);

    public override DapRequest CreateCollectionJob(AggregatorUrls leader, TaskId taskId, CollectionJobReq message) =>
        new(DapOperation.CreateCollectionJob, HttpMethod.Post, leader.CollectionJobs(taskId))
        {
            ContentType = mediaTypes.CollectionJobReq,
            Content = WireMessage.Encode(message),
            Accept = mediaTypes.CollectionJobResp,
        };

    public override DapRequest PollCollectionJob(Uri job) =>
        new(DapOperation.PollCollectionJob, HttpMethod.Get, job) { Accept = mediaTypes.CollectionJobResp };

    public override DapRequest DeleteCollectionJob(Uri job) => new(DapOperation.DeleteCollectionJob, HttpMethod.Delete, job);
}
