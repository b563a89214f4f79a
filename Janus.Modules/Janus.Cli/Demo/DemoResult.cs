using Janus.Collector;

namespace Janus.Cli.Demo;

/// <summary>What a run of the demo gave; times count from the start of the upload.</summary>
/// <param name="Collection">What the Collector learned.</param>
/// <param name="UploadTime">When the last report was acknowledged.</param>
/// <param name="AggregationTime">When the last report was seen aggregated at the Leader.</param>
/// <param name="CollectionTime">When the Collector had the aggregate result.</param>
internal sealed record DemoResult(CollectionResult Collection, TimeSpan UploadTime, TimeSpan AggregationTime, TimeSpan CollectionTime);
