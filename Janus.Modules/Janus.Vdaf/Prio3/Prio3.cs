using System.Security.Cryptography;
using Janus.Vdaf.PingPong;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <summary>
/// The VDAF Prio3 with one of its circuits: VDAF §7 (prio3). Instances are immutable and safe for
/// concurrent use; everything that depends on the parameters alone is computed once.
/// </summary>
/// <remarks>
/// All shares, states and messages are in their encoded form. Misuse, such as a buffer of the wrong length,
/// throws; a malformed or invalid report is a <see cref="VerifyOutcome"/>.
/// </remarks>
public abstract partial class Prio3
{
    /// <summary>The longest application context, in bytes.</summary>
    public const int MaximumContextLength = XofTurboShake128.MaximumDstLength - 8;

    private readonly int _elementSize;

    private protected Prio3(uint algorithmId, string name, int shares, int proofCount, Prio3Lengths lengths)
    {
        AlgorithmId = algorithmId;
        Name = name;
        Shares = shares;
        ProofCount = proofCount;
        OutputLength = lengths.Output;
        UsesJointRand = lengths.JointRand > 0;
        _elementSize = lengths.ElementSize;
        LeaderInputShareLength = (_elementSize * (lengths.Meas + (lengths.Proof * proofCount))) + JointRandSeedLength;
        VerifierShareLength = (_elementSize * lengths.Verifier * proofCount) + JointRandSeedLength;
    }

    /// <summary>The VDAF's code point: VDAF §10 (IANA Considerations).</summary>
    public uint AlgorithmId { get; }

    /// <summary>The name and parameters, such as <c>Prio3Histogram(100,10)</c>.</summary>
    public string Name { get; }

    /// <summary>The number of aggregators, 2 to 255.</summary>
    public int Shares { get; }

    /// <summary>The number of proofs in a report, 1 to 255.</summary>
    public int ProofCount { get; }

    /// <summary>The number of rounds of verification: one.</summary>
    public int Rounds { get; } = 1;

    /// <summary>The length of a nonce, in bytes: 16.</summary>
    public int NonceSize { get; } = 16;

    /// <summary>The length of the verification key, in bytes: 32.</summary>
    public int VerifyKeySize { get; } = XofTurboShake128.SeedSize;

    /// <summary>The length of the randomness that sharding consumes, in bytes.</summary>
    public int RandSize => Shares * XofTurboShake128.SeedSize * (UsesJointRand ? 2 : 1);

    /// <summary>The length of the public share, in bytes.</summary>
    public int PublicShareLength => Shares * JointRandSeedLength;

    /// <summary>The length of the input shares of all aggregators together, in bytes.</summary>
    public int InputSharesLength => LeaderInputShareLength + ((Shares - 1) * HelperInputShareLength);

    /// <summary>The length of a verification state, in bytes.</summary>
    public int VerifyStateLength => OutShareLength + JointRandSeedLength;

    /// <summary>The length of a verifier share, in bytes.</summary>
    public int VerifierShareLength { get; }

    /// <summary>The length of the verifier message, in bytes.</summary>
    public int VerifierMessageLength => JointRandSeedLength;

    /// <summary>The length of an out share, in bytes.</summary>
    public int OutShareLength => OutputLength * _elementSize;

    /// <summary>The length of an aggregate share, in bytes.</summary>
    public int AggShareLength => OutShareLength;

    /// <summary>The number of elements of the aggregate result.</summary>
    public int OutputLength { get; }

    private protected bool UsesJointRand { get; }

    private protected int JointRandSeedLength => UsesJointRand ? XofTurboShake128.SeedSize : 0;

    private int LeaderInputShareLength { get; }

    private int HelperInputShareLength => XofTurboShake128.SeedSize + JointRandSeedLength;

    /// <summary>The length of an aggregator's input share, in bytes; the Leader's identifier is zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such aggregator.</exception>
    public int InputShareLength(int aggregatorId)
    {
        CheckAggregatorId(aggregatorId);
        return aggregatorId == 0 ? LeaderInputShareLength : HelperInputShareLength;
    }

    /// <summary>Where an aggregator's input share lies among all input shares that <c>Shard</c> writes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such aggregator.</exception>
    public Range InputShareRange(int aggregatorId)
    {
        int length = InputShareLength(aggregatorId);
        int start = aggregatorId == 0 ? 0 : LeaderInputShareLength + ((aggregatorId - 1) * HelperInputShareLength);
        return start..(start + length);
    }

    /// <summary>
    /// Whether the encoded aggregation parameter may be used after the earlier ones: Prio3 has only the empty one, and
    /// each report is aggregated once: VDAF §7.2.3 (Validity of Aggregation Parameters).
    /// </summary>
    public virtual bool IsValidAggParam(ReadOnlySpan<byte> aggParam, int earlierAggParams = 0) =>
        aggParam.IsEmpty && earlierAggParams == 0;

    /// <summary>Shards a measurement into encoded shares with given randomness: VDAF §7.2.1 (Sharding).</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="measurement">The measurement.</param>
    /// <param name="nonce">The nonce, <see cref="NonceSize"/> bytes.</param>
    /// <param name="rand">Fresh randomness, <see cref="RandSize"/> bytes.</param>
    /// <param name="publicShare">Receives the public share, <see cref="PublicShareLength"/> bytes.</param>
    /// <param name="inputShares">Receives all input shares, one behind the other: see <see cref="InputShareRange"/>.</param>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public void Shard(
        ReadOnlySpan<byte> ctx,
        Measurement measurement,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> rand,
        Span<byte> publicShare,
        Span<byte> inputShares)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        CheckContext(ctx);
        CheckLength(nonce.Length, NonceSize, nameof(nonce));
        CheckLength(rand.Length, RandSize, nameof(rand));
        CheckLength(publicShare.Length, PublicShareLength, nameof(publicShare));
        CheckLength(inputShares.Length, InputSharesLength, nameof(inputShares));
        ShardCore(ctx, measurement, nonce, rand, publicShare, inputShares);
    }

    /// <summary>Shards a measurement with randomness of its own: VDAF §7.2.1 (Sharding).</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    /// <exception cref="ArgumentException">The nonce has the wrong length or the context is too long.</exception>
    public ShardedReport Shard(ReadOnlySpan<byte> ctx, Measurement measurement, ReadOnlySpan<byte> nonce)
    {
        byte[] publicShare = new byte[PublicShareLength];
        byte[] inputShares = new byte[InputSharesLength];
        byte[] rand = RandomNumberGenerator.GetBytes(RandSize);
        try
        {
            Shard(ctx, measurement, nonce, rand, publicShare, inputShares);
            byte[][] parts = new byte[Shares][];
            for (int i = 0; i < Shares; i++)
            {
                parts[i] = inputShares[InputShareRange(i)];
            }

            return new ShardedReport(publicShare, parts);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rand);
            CryptographicOperations.ZeroMemory(inputShares);
        }
    }

    /// <summary>Begins verification of a batch of reports: VDAF §7.2.2 (prio3-verification).</summary>
    /// <param name="verifyKey">The verification key, <see cref="VerifyKeySize"/> bytes.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggregatorId">Which aggregator this is; the Leader is zero.</param>
    /// <param name="aggParam">The encoded aggregation parameter: empty.</param>
    /// <param name="reports">The reports.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Continued"/> or why it was rejected.</param>
    /// <param name="states">Receives <see cref="VerifyStateLength"/> bytes per report, zeros if rejected.</param>
    /// <param name="verifierShares">Receives <see cref="VerifierShareLength"/> bytes per report, zeros if rejected.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length.</exception>
    public void VerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares)
    {
        CheckLength(states.Length, (long)reports.Length * VerifyStateLength, nameof(states));
        CheckLength(verifierShares.Length, (long)reports.Length * VerifierShareLength, nameof(verifierShares));
        CheckVerifyInit(verifyKey, ctx, aggregatorId, aggParam, reports, outcomes);
        VerifyInitCore(
            verifyKey,
            ctx,
            aggregatorId,
            reports,
            outcomes,
            new Slots(states, VerifyStateLength),
            new Slots(verifierShares, VerifierShareLength));
    }

    /// <summary>
    /// Combines the verifier shares of all aggregators, in order, into the verifier message:
    /// VDAF §7.2.2 (prio3-verification).
    /// </summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The encoded aggregation parameter: empty.</param>
    /// <param name="verifierShares">One encoded verifier share per aggregator, the Leader's first.</param>
    /// <param name="verifierMessage">Receives <see cref="VerifierMessageLength"/> bytes.</param>
    /// <returns><see cref="VerifyOutcome.Continued"/>, or why the report was rejected.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length, or a share is missing.</exception>
    public VerifyOutcome VerifierSharesToMessage(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<ReadOnlyMemory<byte>> verifierShares,
        Span<byte> verifierMessage)
    {
        CheckContext(ctx);
        CheckAggParam(aggParam);
        CheckLength(verifierShares.Length, Shares, nameof(verifierShares));
        CheckLength(verifierMessage.Length, VerifierMessageLength, nameof(verifierMessage));
        using Fields.Scratch<byte> scratch = new(Shares * VerifierShareLength);
        Span<byte> adjacent = scratch.Take(Shares * VerifierShareLength);
        for (int i = 0; i < verifierShares.Length; i++)
        {
            if (verifierShares[i].Length != VerifierShareLength)
            {
                return VerifyOutcome.MalformedMessage;
            }

            verifierShares[i].Span.CopyTo(adjacent[(i * VerifierShareLength)..]);
        }

        return VerifierSharesToMessageCore(ctx, adjacent, verifierMessage);
    }

    /// <summary>
    /// Finishes verification of a report with the verifier message: VDAF §7.2.2 (prio3-verification).
    /// </summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="state">The state that <see cref="VerifyInit"/> wrote.</param>
    /// <param name="verifierMessage">The encoded verifier message.</param>
    /// <param name="outShare">Receives <see cref="OutShareLength"/> bytes, zeros if rejected.</param>
    /// <returns><see cref="VerifyOutcome.Finished"/>, or why the report was rejected.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public VerifyOutcome VerifyNext(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> state, ReadOnlySpan<byte> verifierMessage, Span<byte> outShare)
    {
        CheckContext(ctx);
        CheckLength(state.Length, VerifyStateLength, nameof(state));
        CheckLength(outShare.Length, OutShareLength, nameof(outShare));
        outShare.Clear();
        if (verifierMessage.Length != VerifierMessageLength)
        {
            return VerifyOutcome.MalformedMessage;
        }

        if (!CryptographicOperations.FixedTimeEquals(state[OutShareLength..], verifierMessage))
        {
            return VerifyOutcome.JointRandRejected;
        }

        state[..OutShareLength].CopyTo(outShare);
        return VerifyOutcome.Finished;
    }

    internal void CheckVerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes)
    {
        CheckLength(verifyKey.Length, VerifyKeySize, nameof(verifyKey));
        CheckContext(ctx);
        CheckAggregatorId(aggregatorId);
        CheckAggParam(aggParam);
        CheckLength(outcomes.Length, reports.Length, nameof(outcomes));
        foreach (VerifyInput report in reports)
        {
            CheckLength(report.Nonce.Length, NonceSize, nameof(VerifyInput.Nonce));
        }
    }

    internal static void CheckLength(long actual, long expected, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} has length {actual}, {expected} was expected", name);
        }
    }

    internal static void CheckContext(ReadOnlySpan<byte> ctx)
    {
        if (ctx.Length > MaximumContextLength)
        {
            throw new ArgumentException($"ctx has length {ctx.Length}, at most {MaximumContextLength} was expected", nameof(ctx));
        }
    }

    /// <summary>Verifies the reports of a batch whose buffers have been checked.</summary>
    internal abstract void VerifyInitCore(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Slots states,
        Slots verifierShares);

    /// <summary>Combines adjacent verifier shares, whose total length has been checked.</summary>
    internal abstract VerifyOutcome VerifierSharesToMessageCore(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<byte> verifierMessage);

    private protected abstract void ShardCore(
        ReadOnlySpan<byte> ctx,
        Measurement measurement,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> rand,
        Span<byte> publicShare,
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
}
