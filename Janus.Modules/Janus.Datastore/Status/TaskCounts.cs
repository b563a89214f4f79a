using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What has become of a task's reports since it was added, or since this was counted first.</summary>
/// <param name="All">The numbers that are not 0.</param>
public sealed record TaskCounts(IReadOnlyList<ReportCount> All)
{
    /// <summary>The reports that a Leader stored.</summary>
    public long Received => Of(ReportStage.Received);

    /// <summary>The reports that were aggregated.</summary>
    public long Aggregated => Of(ReportStage.Aggregated);

    /// <summary>The reports that a Leader gave up with their aggregation jobs.</summary>
    public long Dropped => Of(ReportStage.Dropped);

    /// <summary>The reports that a Leader refused at upload, by reason.</summary>
    public IReadOnlyDictionary<ReportError, long> Refused => ByReason(ReportStage.Refused);

    /// <summary>The reports that were rejected in aggregation, by reason.</summary>
    public IReadOnlyDictionary<ReportError, long> Rejected => ByReason(ReportStage.Rejected);

    private long Of(ReportStage stage) => All.Where(count => count.Stage == stage).Sum(count => count.Reports);

    private SortedDictionary<ReportError, long> ByReason(ReportStage stage) => new(All
        .Where(count => count.Stage == stage)
        .ToDictionary(count => count.Reason ?? ReportError.Reserved, count => count.Reports));
}
