using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What the Helper computed for an aggregation job, before anything is committed.</summary>
/// <param name="Responses">One answer for each report, in the order of the request.</param>
/// <param name="Sums">The out shares of the reports that are not rejected.</param>
internal sealed record HelperVerification(VerifyResp[] Responses, BatchBucketSums Sums);
