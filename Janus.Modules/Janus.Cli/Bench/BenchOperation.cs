namespace Janus.Cli.Bench;

/// <summary>What is measured of a VDAF.</summary>
internal enum BenchOperation
{
    /// <summary>What the Helper does: from the seed to the out share added to the aggregate share.</summary>
    Helper,

    /// <summary>What the Leader does: from the decrypted bytes to the out share added to the aggregate share.</summary>
    Leader,

    /// <summary>What a Client does: from the measurement to the public share and the input shares.</summary>
    Shard,
}
