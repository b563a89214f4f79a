namespace Janus.Dap;

/// <summary>What a request to an Aggregator asks for, whichever draft says how.</summary>
public enum DapOperation
{
    /// <summary>A Client gets the HPKE configurations.</summary>
    GetHpkeConfigs,

    /// <summary>A Client uploads reports.</summary>
    Upload,

    /// <summary>The Leader creates an aggregation job.</summary>
    CreateAggregationJob,

    /// <summary>The Leader continues an aggregation job with its next step.</summary>
    ContinueAggregationJob,

    /// <summary>The Leader asks for the answer to a step that the Helper has deferred.</summary>
    PollAggregationJob,

    /// <summary>The Leader deletes an aggregation job.</summary>
    DeleteAggregationJob,

    /// <summary>The Leader asks for an aggregate share.</summary>
    CreateAggregateShare,

    /// <summary>The Leader asks for an aggregate share that the Helper has deferred.</summary>
    PollAggregateShare,

    /// <summary>The Leader deletes an aggregate share.</summary>
    DeleteAggregateShare,

    /// <summary>The Collector creates a collection job.</summary>
    CreateCollectionJob,

    /// <summary>The Collector asks for the result of a collection job.</summary>
    PollCollectionJob,

    /// <summary>The Collector deletes a collection job.</summary>
    DeleteCollectionJob,
}
