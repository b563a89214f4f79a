namespace Janus.Messages;

/// <summary>Code points of <see cref="AggregationJobExtension"/>: DAP §4.5.1 (agg-job-extensions). Other values decode too.</summary>
public enum AggregationJobExtensionType : ushort
{
    /// <summary>Never used.</summary>
    Reserved = 0,

    /// <summary>The batch that the job's reports belong to, a <see cref="BatchId"/>.</summary>
    LeaderSelectedBatchId = 1,
}
