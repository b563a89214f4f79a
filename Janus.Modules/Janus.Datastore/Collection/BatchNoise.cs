namespace Janus.Datastore;

/// <summary>The noise of a batch, drawn once for each aggregation parameter: DAP §8.5 (dp). It is a secret.</summary>
/// <param name="TaskKey">The task's key in the database.</param>
/// <param name="Range">The batch.</param>
/// <param name="AggParam">The VDAF aggregation parameter, empty for Prio3.</param>
/// <param name="Share">The noise in the form of an aggregate share.</param>
public sealed record BatchNoise(int TaskKey, BatchRange Range, byte[] AggParam, byte[] Share)
{
    /// <summary>The batch, never the noise.</summary>
    public override string ToString() => $"{nameof(BatchNoise)} {Range}";
}
