using Janus.Codec;

namespace Janus.Vdaf;

/// <summary>
/// What clients, aggregators and collectors need of a VDAF: VDAF §5 (vdaf). Implementations are immutable and safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// All shares, states, messages and aggregation parameters are in their encoded form, and all lengths are in bytes. The
/// lengths of one round's states and messages depend on the aggregation parameter and on nothing else, so a batch of
/// reports lies in contiguous buffers: report i's part is at i times the length.
/// </para>
/// <para>
/// Misuse throws: a buffer of the wrong length, an aggregation parameter that is not valid, a round that there is not.
/// A report that is malformed or invalid is a <see cref="VerifyOutcome"/>. Steps after the first process the reports
/// whose outcome is <see cref="VerifyOutcome.Continued"/>, and leave the other outcomes as they are. A report that is
/// rejected, or was not processed, has zeros in its part of every output.
/// </para>
/// </remarks>
public interface IVdaf
{
    /// <summary>The VDAF's code point: VDAF §10 (iana).</summary>
    uint AlgorithmId { get; }

    /// <summary>The name and parameters, such as <c>Prio3Histogram(100,10)</c>.</summary>
    string Name { get; }

    /// <summary>The number of aggregators.</summary>
    int Shares { get; }

    /// <summary>The number of rounds of verification, at least one.</summary>
    int Rounds { get; }

    /// <summary>The length of a nonce.</summary>
    int NonceSize { get; }

    /// <summary>The length of the verification key.</summary>
    int VerifyKeySize { get; }

    /// <summary>The length of the randomness that sharding consumes.</summary>
    int RandSize { get; }

    /// <summary>
    /// Whether the Collector chooses an aggregation parameter. If not, only the empty one is valid, and reports may be
    /// aggregated before they are collected: DAP §4.5.2 (eager-aggregation).
    /// </summary>
    bool HasAggParam { get; }

    /// <summary>The length of the public share.</summary>
    int PublicShareLength { get; }

    /// <summary>The length of an aggregator's input share; the Leader's identifier is zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such aggregator.</exception>
    int InputShareLength(int aggregatorId);

    /// <summary>
    /// Whether an aggregation parameter is well-formed and may be used for a report that has not been aggregated
    /// before: DAP §4.3 (agg-param-validation).
    /// </summary>
    bool IsValidAggParam(ReadOnlySpan<byte> aggParam);

    /// <summary>The length of the verification state that waits for the verifier message of a round, counted from zero.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such round.</exception>
    int VerifyStateLength(ReadOnlySpan<byte> aggParam, int round);

    /// <summary>The length of a verifier share of a round, counted from zero.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such round.</exception>
    int VerifierShareLength(ReadOnlySpan<byte> aggParam, int round);

    /// <summary>The length of the verifier message of a round, counted from zero.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such round.</exception>
    int VerifierMessageLength(ReadOnlySpan<byte> aggParam, int round);

    /// <summary>The length of an out share.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid.</exception>
    int OutShareLength(ReadOnlySpan<byte> aggParam);

    /// <summary>The length of an aggregate share.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid.</exception>
    int AggShareLength(ReadOnlySpan<byte> aggParam);

    /// <summary>
    /// Shards a measurement with given randomness: VDAF §5.1 (sec-vdaf-shard). Randomness of its own is drawn by
    /// <see cref="VdafExtensions"/>.
    /// </summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="measurement">The measurement.</param>
    /// <param name="nonce">The nonce, <see cref="NonceSize"/> bytes.</param>
    /// <param name="rand">Fresh randomness, <see cref="RandSize"/> bytes.</param>
    /// <param name="publicShare">Receives the public share, <see cref="PublicShareLength"/> bytes.</param>
    /// <param name="inputShares">Receives the input shares of all aggregators, adjacent and in order.</param>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement; nothing has been written.</exception>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    void Shard(
        ReadOnlySpan<byte> ctx,
        Measurement measurement,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> rand,
        Span<byte> publicShare,
        Span<byte> inputShares);

    /// <summary>Shards measurements with given randomness: a batch, for load tests and clients that report in bulk.</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="measurements">The measurements.</param>
    /// <param name="nonces">Per report, the nonce.</param>
    /// <param name="rands">Per report, fresh randomness.</param>
    /// <param name="publicShares">Receives, per report, the public share.</param>
    /// <param name="inputShares">Receives, per report, the input shares of all aggregators, adjacent and in order.</param>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept a measurement; what has been written is of no use.</exception>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    void Shard(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<Measurement> measurements,
        ReadOnlySpan<byte> nonces,
        ReadOnlySpan<byte> rands,
        Span<byte> publicShares,
        Span<byte> inputShares)
    {
        int inputSharesLength = measurements.Length == 0 ? 0 : inputShares.Length / measurements.Length;
        for (int i = 0; i < measurements.Length; i++)
        {
            Shard(
                ctx,
                measurements[i],
                nonces.Slice(i * NonceSize, NonceSize),
                rands.Slice(i * RandSize, RandSize),
                publicShares.Slice(i * PublicShareLength, PublicShareLength),
                inputShares.Slice(i * inputSharesLength, inputSharesLength));
        }
    }

    /// <summary>Begins verification of a batch of reports: VDAF §5.2 (sec-vdaf-verify).</summary>
    /// <param name="verifyKey">The verification key, <see cref="VerifyKeySize"/> bytes.</param>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggregatorId">Which aggregator this is; the Leader is zero.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="reports">The reports.</param>
    /// <param name="outcomes">Receives, per report, <see cref="VerifyOutcome.Continued"/> or why it was rejected.</param>
    /// <param name="states">Receives, per report, the state that waits for the first verifier message: a secret.</param>
    /// <param name="verifierShares">Receives, per report, the first round's verifier share.</param>
    /// <exception cref="ArgumentException">A buffer or a nonce has the wrong length, or the aggregation parameter is not valid.</exception>
    void VerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares);

    /// <summary>
    /// Rejects reports whose public share says of this aggregator something else than the aggregator found out itself,
    /// once <see cref="VerifyInit"/> has begun their verification.
    /// </summary>
    /// <remarks>
    /// The others rely on the public share where an aggregator relies on its own input share. An aggregator that could
    /// be finished before the others are, and commit to a report that they will reject, has to check.
    /// </remarks>
    /// <param name="aggregatorId">Which aggregator this is; the Leader is zero.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="reports">The reports.</param>
    /// <param name="verifierShares">The first round's verifier shares of this aggregator, one per report.</param>
    /// <param name="outcomes">The outcomes, changed where a report is rejected.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length, or the aggregation parameter is not valid.</exception>
    void CheckPublicShares(
        int aggregatorId,
        ReadOnlySpan<byte> aggParam,
        ReadOnlySpan<VerifyInput> reports,
        ReadOnlySpan<byte> verifierShares,
        Span<VerifyOutcome> outcomes);

    /// <summary>Combines the verifier shares of all aggregators into the verifier message of a round: VDAF §5.2 (sec-vdaf-verify).</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="round">The round, counted from zero.</param>
    /// <param name="verifierShares">Per report, the verifier shares of all aggregators, adjacent and in order.</param>
    /// <param name="outcomes">The outcomes, changed where a report is rejected.</param>
    /// <param name="verifierMessages">Receives, per report, the round's verifier message.</param>
    /// <exception cref="ArgumentException">
    /// A buffer has the wrong length, the aggregation parameter is not valid, or there is no such round.
    /// </exception>
    void VerifierSharesToMessage(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int round,
        ReadOnlySpan<byte> verifierShares,
        Span<VerifyOutcome> outcomes,
        Span<byte> verifierMessages);

    /// <summary>Takes the verifier messages of a round: VDAF §5.2 (sec-vdaf-verify).</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="round">The round, counted from zero.</param>
    /// <param name="states">Per report, the state that waits for the message.</param>
    /// <param name="verifierMessages">Per report, the round's verifier message.</param>
    /// <param name="outcomes">
    /// The outcomes, changed where a report is rejected, and in the last round to <see cref="VerifyOutcome.Finished"/>.
    /// </param>
    /// <param name="nextStates">Receives, per report, the next round's state, a secret; empty in the last round.</param>
    /// <param name="nextVerifierShares">Receives, per report, the next round's verifier share; empty in the last round.</param>
    /// <param name="outShares">Receives, per report, the out share, a secret; empty before the last round.</param>
    /// <exception cref="ArgumentException">
    /// A buffer has the wrong length, the aggregation parameter is not valid, or there is no such round.
    /// </exception>
    void VerifyNext(
        ReadOnlySpan<byte> ctx,
        ReadOnlySpan<byte> aggParam,
        int round,
        ReadOnlySpan<byte> states,
        ReadOnlySpan<byte> verifierMessages,
        Span<VerifyOutcome> outcomes,
        Span<byte> nextStates,
        Span<byte> nextVerifierShares,
        Span<byte> outShares);

    /// <summary>Writes the aggregate share of no report: VDAF §5.4 (sec-vdaf-aggregate).</summary>
    /// <exception cref="ArgumentException">The buffer has the wrong length, or the aggregation parameter is not valid.</exception>
    void AggInit(ReadOnlySpan<byte> aggParam, Span<byte> aggShare);

    /// <summary>Adds one out share to an aggregate share.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length, or the aggregation parameter is not valid.</exception>
    /// <exception cref="DecodeException">A share is malformed; the aggregate share is unchanged.</exception>
    void AggUpdate(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShare);

    /// <summary>Adds the out shares of those reports of a batch that are finished to an aggregate share.</summary>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="aggShare">The aggregate share, changed in place.</param>
    /// <param name="outShares">Per report, the out share.</param>
    /// <param name="outcomes">An out share is added if its report is <see cref="VerifyOutcome.Finished"/>.</param>
    /// <returns>The number of out shares added.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length, or the aggregation parameter is not valid.</exception>
    /// <exception cref="DecodeException">A share is malformed; the aggregate share is unchanged.</exception>
    int Aggregate(
        ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes);

    /// <summary>Adds another aggregate share of the same aggregator to an aggregate share.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length, or the aggregation parameter is not valid.</exception>
    /// <exception cref="DecodeException">A share is malformed; the aggregate share is unchanged.</exception>
    void Merge(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> other);

    /// <summary>Combines the aggregate shares of all aggregators into the aggregate result: VDAF §5.5 (sec-vdaf-unshard).</summary>
    /// <param name="aggParam">The aggregation parameter.</param>
    /// <param name="aggShares">One aggregate share per aggregator, in order.</param>
    /// <param name="numMeasurements">The number of reports in the batch.</param>
    /// <returns>The elements of the aggregate result: one for a VDAF whose result is a number.</returns>
    /// <exception cref="ArgumentException">
    /// An aggregate share is missing, there are no measurements, or the aggregation parameter is not valid.
    /// </exception>
    /// <exception cref="DecodeException">An aggregate share is malformed.</exception>
    UInt128[] Unshard(
        ReadOnlySpan<byte> aggParam, ReadOnlySpan<ReadOnlyMemory<byte>> aggShares, ulong numMeasurements);
}
