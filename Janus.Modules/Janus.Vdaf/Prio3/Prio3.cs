namespace Janus.Vdaf;

/// <summary>
/// The VDAF Prio3 with one of its circuits: VDAF §7 (prio3). Instances are immutable and safe for
/// concurrent use; everything that depends on the parameters alone is computed once.
/// </summary>
public abstract partial class Prio3 : IVdaf
{
    private readonly int _elementSize;

    private protected Prio3(
        VdafDraft draft,
        uint algorithmId,
        string name,
        int shares,
        int proofCount,
        Prio3Lengths lengths,
        InstructionSet instructionSet)
    {
        Draft = draft;
        SeedSize = draft.SeedSize;
        HelperSeedsLength = draft.HelperSeeds * SeedSize;
        AlgorithmId = algorithmId;
        Name = name;
        Shares = shares;
        ProofCount = proofCount;
        InstructionSet = instructionSet;
        OutputLength = lengths.Output;
        UsesJointRand = lengths.JointRand > 0;
        _elementSize = lengths.ElementSize;
        LeaderInputShareLength = (_elementSize * (lengths.Meas + (lengths.Proof * proofCount))) + JointRandSeedLength;
        EncodedVerifierShareLength = (_elementSize * lengths.Verifier * proofCount) + JointRandSeedLength;
    }

    /// <summary>The draft of the specification that this Prio3 is made from.</summary>
    public VdafDraft Draft { get; }

    /// <inheritdoc/>
    public uint AlgorithmId { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The number of aggregators, 2 to 255.</summary>
    public int Shares { get; }

    /// <summary>The number of proofs in a report, 1 to 255.</summary>
    public int ProofCount { get; }

    /// <summary>What batches of reports are computed with.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>The number of rounds of verification: one.</summary>
    public int Rounds { get; } = 1;

    /// <summary>The length of a nonce, in bytes: 16.</summary>
    public int NonceSize { get; } = 16;

    /// <summary>The length of the verification key, in bytes: that of a seed.</summary>
    public int VerifyKeySize => SeedSize;

    /// <summary>The length of the randomness that sharding consumes: the Helpers' seeds, the blinds, the prover's seed.</summary>
    public int RandSize => ((Shares - 1) * HelperInputShareLength) + JointRandSeedLength + SeedSize;

    /// <summary>False: Prio3 has only the empty aggregation parameter.</summary>
    public bool HasAggParam { get; }

    /// <inheritdoc/>
    public int PublicShareLength => Shares * JointRandSeedLength;

    /// <summary>The length of the input shares of all aggregators together, in bytes.</summary>
    public int InputSharesLength => LeaderInputShareLength + ((Shares - 1) * HelperInputShareLength);

    /// <summary>The number of elements of the aggregate result.</summary>
    public int OutputLength { get; }

    internal bool UsesJointRand { get; }

    internal int SeedSize { get; }

    /// <summary>The length of a Helper's seeds without its blind: see <see cref="VdafDraft.HelperSeeds"/>.</summary>
    internal int HelperSeedsLength { get; }

    internal int JointRandSeedLength => UsesJointRand ? SeedSize : 0;

    internal int EncodedOutShareLength => OutputLength * _elementSize;

    internal int EncodedVerifyStateLength => EncodedOutShareLength + JointRandSeedLength;

    internal int EncodedVerifierShareLength { get; }

    private int LeaderInputShareLength { get; }

    private int HelperInputShareLength => HelperSeedsLength + JointRandSeedLength;

    /// <inheritdoc/>
    public int InputShareLength(int aggregatorId)
    {
        CheckAggregatorId(aggregatorId);
        return aggregatorId == 0 ? LeaderInputShareLength : HelperInputShareLength;
    }

    /// <summary>Where an aggregator's input share lies among all input shares of a report.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such aggregator.</exception>
    public Range InputShareRange(int aggregatorId)
    {
        int length = InputShareLength(aggregatorId);
        int start = aggregatorId == 0 ? 0 : LeaderInputShareLength + ((aggregatorId - 1) * HelperInputShareLength);
        return start..(start + length);
    }

    /// <summary>
    /// Whether the aggregation parameter is the empty one, the only one that Prio3 has:
    /// VDAF §7.2.3 (Validity of Aggregation Parameters).
    /// </summary>
    public bool IsValidAggParam(ReadOnlySpan<byte> aggParam) => aggParam.IsEmpty;

    /// <inheritdoc/>
    public int VerifyStateLength(ReadOnlySpan<byte> aggParam, int round)
    {
        CheckAggParam(aggParam);
        CheckRound(round);
        return EncodedVerifyStateLength;
    }

    /// <inheritdoc/>
    public int VerifierShareLength(ReadOnlySpan<byte> aggParam, int round)
    {
        CheckAggParam(aggParam);
        CheckRound(round);
        return EncodedVerifierShareLength;
    }

    /// <inheritdoc/>
    public int VerifierMessageLength(ReadOnlySpan<byte> aggParam, int round)
    {
        CheckAggParam(aggParam);
        CheckRound(round);
        return JointRandSeedLength;
    }

    /// <inheritdoc/>
    public int OutShareLength(ReadOnlySpan<byte> aggParam)
    {
        CheckAggParam(aggParam);
        return EncodedOutShareLength;
    }

    /// <inheritdoc/>
    public int AggShareLength(ReadOnlySpan<byte> aggParam) => OutShareLength(aggParam);

    /// <summary>
    /// Shards a measurement with given randomness, and writes the input shares of all aggregators where
    /// <see cref="InputShareRange"/> says: VDAF §7.2.1 (Sharding).
    /// </summary>
    /// <inheritdoc/>
    public void Shard(
        ReadOnlySpan<byte> ctx,
        Measurement measurement,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> rand,
        Span<byte> publicShare,
        Span<byte> inputShares)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        Shard(ctx, [measurement], nonce, rand, publicShare, inputShares);
    }

    /// <summary>
    /// Shards measurements with given randomness, several side by side: see
    /// <see cref="Shard(ReadOnlySpan{byte}, Measurement, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte}, Span{byte})"/>.
    /// </summary>
    /// <inheritdoc/>
    public void Shard(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<Measurement> measurements,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<byte> rands,
        Span<byte> publicShares,
        Span<byte> inputShares)
    {
        CheckContext(ctx);
        long count = measurements.Length;
        Arguments.CheckLength(nonces.Length, count * NonceSize, nameof(nonces));
        Arguments.CheckLength(rands.Length, count * RandSize, nameof(rands));
        Arguments.CheckLength(publicShares.Length, count * PublicShareLength, nameof(publicShares));
        Arguments.CheckLength(inputShares.Length, count * InputSharesLength, nameof(inputShares));
        ShardCore(ctx, measurements, nonces, rands, publicShares, inputShares);
    }

    /// <summary>The same VDAF computed with another instruction set.</summary>
    internal abstract Prio3 With(InstructionSet instructionSet);

    private protected abstract void ShardCore(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<Measurement> measurements,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<byte> rands,
        Span<byte> publicShares,
        Span<byte> inputShares);

    private void CheckAggregatorId(int aggregatorId)
    {
        if ((uint)aggregatorId >= (uint)Shares)
        {
            throw new ArgumentOutOfRangeException(
                nameof(aggregatorId), $"aggregator {aggregatorId} does not exist: there are {Shares} shares");
        }
    }

    private void CheckAggParam(ReadOnlySpan<byte> aggParam)
    {
        if (!IsValidAggParam(aggParam))
        {
            throw new ArgumentException($"the aggregation parameter of {Name} is empty, {aggParam.Length} bytes were given", nameof(aggParam));
        }
    }

    private void CheckContext(ReadOnlySpan<byte> ctx)
    {
        if (ctx.Length > Draft.MaximumContextLength)
        {
            throw new ArgumentException($"ctx has length {ctx.Length}, at most {Draft.MaximumContextLength} was expected", nameof(ctx));
        }
    }

    private void CheckRound(int round)
    {
        if ((uint)round >= (uint)Rounds)
        {
            throw new ArgumentOutOfRangeException(nameof(round), $"round {round} does not exist: there is {Rounds}");
        }
    }
}
