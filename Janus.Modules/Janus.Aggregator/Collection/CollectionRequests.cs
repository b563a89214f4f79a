using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What both Aggregators check of a Collector's request: DAP §4.6.1 (collect-init) and §4.6.2 (collect-ext).</summary>
internal static class CollectionRequests
{
    /// <summary>Checks the request and returns the batch it names, if it names one.</summary>
    /// <exception cref="DapProblemException">The request is refused.</exception>
    public static BatchRange? Check(AggregatorTask task, CollectionJobReq request)
    {
        CheckBatchMode(task, request.Query.BatchMode);
        if (!task.Vdaf.IsValidAggParam(request.AggParam.Span))
        {
            throw new DapProblemException(
                DapProblemType.InvalidAggregationParameter,
                task.Vdaf.HasAggParam
                    ? $"expected an aggregation parameter of {task.Vdaf.Name}"
                    : $"{task.Vdaf.Name} takes an empty aggregation parameter",
                task.Id);
        }

        BatchRange? range = task.BatchMode.RangeOf(task.Id, request.Query);
        if (!ExtensionRules.AreStrictlyIncreasing(request.Extensions))
        {
            throw new DapProblemException(
                DapProblemType.InvalidExtension, "expected collection job extensions in strictly increasing order", task.Id);
        }

        if (request.Extensions.Count > 0)
        {
            throw new DapProblemException(DapProblemType.UnsupportedExtension, "no collection job extension is supported", task.Id)
            {
                UnsupportedExtensions = [.. request.Extensions.Select(extension => extension.CodePoint)],
            };
        }

        return range;
    }

    /// <summary>What to tell about a batch interval that begins in expired time.</summary>
    public static string ExpiredDetail(AggregatorTask task)
    {
        ulong seconds = task.Stored.ReportExpiryAge.GetValueOrDefault() * task.Configuration.TimePrecision.Seconds;
        return $"the batch interval begins with reports that have expired here: those older than {seconds} s are gone; ask for an interval that begins later";
    }

    /// <summary>Refuses another batch mode than the task's.</summary>
    /// <exception cref="DapProblemException"><c>invalidMessage</c>.</exception>
    public static void CheckBatchMode(AggregatorTask task, BatchMode mode)
    {
        if (mode != task.BatchMode.Mode)
        {
            throw new DapProblemException(
                DapProblemType.InvalidMessage, $"expected the task's batch mode {task.BatchMode.Mode}", task.Id);
        }
    }
}
