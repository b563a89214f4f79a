using System.Text;
using Janus.Messages;

namespace Janus.Testing;

/// <summary>What a Collector finds in the answer to a collection job.</summary>
/// <param name="Job">The job.</param>
/// <param name="ReportCount">How many reports are in it.</param>
/// <param name="Interval">The interval that contains their times.</param>
/// <param name="Aggregate">The histogram.</param>
public sealed record CollectedBatch(Uri Job, ulong ReportCount, Interval Interval, IReadOnlyList<UInt128> Aggregate)
{
    /// <summary>Decrypts both aggregate shares and puts them together.</summary>
    /// <exception cref="InvalidOperationException">The job failed, or a share does not open.</exception>
    public static CollectedBatch Open(TestTask task, CollectionJobReq request, HttpAnswer answer, Uri job)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(answer);
        if ((int)answer.Status != 200)
        {
            throw new InvalidOperationException($"the collection job failed: {Encoding.UTF8.GetString(answer.Body)}");
        }

        CollectionJobResp response = answer.Decode<CollectionJobResp>();
        byte[] leader = task.Open(Role.Leader, request, response.LeaderEncryptedAggShare)
            ?? throw new InvalidOperationException("the Leader's aggregate share does not open");
        byte[] helper = task.Open(Role.Helper, request, response.HelperEncryptedAggShare)
            ?? throw new InvalidOperationException("the Helper's aggregate share does not open");
        return new CollectedBatch(job, response.ReportCount, response.Interval, task.Vdaf.Unshard(request.AggParam.Span, [leader, helper], response.ReportCount));
    }
}
