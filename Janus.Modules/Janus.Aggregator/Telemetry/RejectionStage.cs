namespace Janus.Aggregator;

/// <summary>Where reports fail.</summary>
internal enum RejectionStage
{
    /// <summary>A Leader refuses them when they are uploaded.</summary>
    Upload,

    /// <summary>One of the two Aggregators rejects them in aggregation.</summary>
    Aggregation,
}
