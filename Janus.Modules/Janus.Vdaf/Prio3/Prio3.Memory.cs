namespace Janus.Vdaf;

/// <content>
/// How much memory the work takes: per thread, beyond the arguments, and however many reports there are. It comes from the
/// shared pool of arrays, which rounds up to a power of two. Nothing is allocated per report. What would need more than
/// 512 MiB on lanes is computed one report at a time.
/// </content>
public abstract partial class Prio3
{
    /// <summary>The working memory of sharding, in bytes.</summary>
    /// <remarks>
    /// With L lanes (8 with AVX-512, 4 with AVX2, else 1) and elements of E bytes, L times
    /// E·(3·MEAS_LEN + PROOFS·(2·PROOF_LEN + PROVE_RAND_LEN + JOINT_RAND_LEN)) for the vectors, 32·(4 + SHARES) at most for
    /// seeds, 400 for the XOF, and what the prover needs. That is for the check of bits, with C calls and wires of P values,
    /// at most E·(4·P + PROVE_RAND_LEN + EVAL_OUTPUT_LEN) + 40·(2·C + 5·P), and else E·(4·V + A·(P + 1) + EVAL_OUTPUT_LEN)
    /// for a gadget of A inputs whose polynomial has V values; to each buffer come up to 63 bytes for its alignment.
    /// </remarks>
    public abstract long ShardWorkingMemory { get; }

    /// <summary>The working memory of beginning verification, in bytes.</summary>
    /// <remarks>
    /// As for <see cref="ShardWorkingMemory"/>, L times E·(MEAS_LEN + PROOFS·(PROOF_LEN + QUERY_RAND_LEN + JOINT_RAND_LEN +
    /// VERIFIER_LEN)) for the vectors, E·OUTPUT_LEN unless an out share is the beginning of a measurement share,
    /// 32·(5 + SHARES) at most for seeds, 400 for the XOF, and the larger of 4,096 and what the query needs. That is at most
    /// E·(A + P + V + EVAL_OUTPUT_LEN) + 40·A + 120·C + 56·A.
    /// </remarks>
    public abstract long VerifyInitWorkingMemory { get; }

    /// <summary>The working memory of combining verifier shares, in bytes.</summary>
    /// <remarks>As for <see cref="ShardWorkingMemory"/>, L times 2·E·PROOFS·VERIFIER_LEN + 32·(SHARES + 1) + 400.</remarks>
    public abstract long VerifierSharesToMessageWorkingMemory { get; }

    /// <summary>The working memory of aggregation, in bytes: an aggregate share and two tiles of 8,192.</summary>
    public abstract long AggregateWorkingMemory { get; }
}
