namespace Janus.Vdaf;

/// <summary>
/// The work of Prio3 on batches of reports, as many side by side as there are lanes. The arguments have been checked.
/// </summary>
internal interface IPrio3Batch
{
    /// <summary>The number of reports that are worked on side by side.</summary>
    int Lanes { get; }

    /// <summary>The working memory of <see cref="VerifyInit"/>, in bytes, whatever the number of reports.</summary>
    long VerifyInitMemory { get; }

    /// <summary>The working memory of <see cref="Shard"/>, in bytes, whatever the number of measurements.</summary>
    long ShardMemory { get; }

    /// <summary>The working memory of <see cref="VerifierSharesToMessage"/>, in bytes, whatever the number of reports.</summary>
    long VerifierSharesToMessageMemory { get; }

    /// <summary>The working memory of <see cref="TryAggregate"/>, in bytes, whatever the number of out shares.</summary>
    long AggregateMemory { get; }

    /// <summary>Shards measurements whose encoding is in place: see <see cref="IVdaf.Shard(ReadOnlySpan{byte}, ReadOnlySpan{Measurement}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte}, Span{byte})"/>.</summary>
    /// <param name="ctx">The application context.</param>
    /// <param name="nonces">The nonces, adjacent.</param>
    /// <param name="rands">The randomness of each report, adjacent.</param>
    /// <param name="publicShares">Receives the public shares.</param>
    /// <param name="inputShares">Receives the input shares; each report's begin with its encoded measurement.</param>
    void Shard(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> nonces, ReadOnlySpan<byte> rands, Span<byte> publicShares, Span<byte> inputShares);

    /// <summary>Begins verification: see <see cref="IVdaf.VerifyInit"/>.</summary>
    void VerifyInit(
        ReadOnlySpan<byte> verifyKey,
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<VerifyInput> reports,
        Span<VerifyOutcome> outcomes,
        Span<byte> states,
        Span<byte> verifierShares);

    /// <summary>Combines verifier shares: see <see cref="IVdaf.VerifierSharesToMessage"/>.</summary>
    void VerifierSharesToMessage(
        ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> verifierShares, Span<VerifyOutcome> outcomes, Span<byte> verifierMessages);

    /// <summary>Adds adjacent out shares to an aggregate share: all, or if there are outcomes those that are finished.</summary>
    /// <returns>False if a share is malformed; the aggregate share is then of no use.</returns>
    bool TryAggregate(Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes);
}
