namespace Janus.Vdaf;

/// <summary>What Prio3 uses an XOF for: VDAF §7.2 (prio3-construction).</summary>
internal enum Prio3Usage : ushort
{
    /// <summary>A Helper's measurement share.</summary>
    MeasShare = 1,

    /// <summary>A Helper's share of the proofs.</summary>
    ProofShare = 2,

    /// <summary>The joint randomness.</summary>
    JointRandomness = 3,

    /// <summary>The prover's randomness.</summary>
    ProveRandomness = 4,

    /// <summary>The verifiers' randomness.</summary>
    QueryRandomness = 5,

    /// <summary>The seed of the joint randomness.</summary>
    JointRandSeed = 6,

    /// <summary>An aggregator's part of the joint randomness.</summary>
    JointRandPart = 7,
}
