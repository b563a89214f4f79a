using System.Buffers.Binary;
using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>
/// A VDAF for tests, of as many rounds as one likes, that sums integers times the multipliers that the Collector
/// chooses. It shares additively in the field of order 2^64 − 2^32 + 1 and protects nobody.
/// </summary>
/// <remarks>
/// <para>
/// All the lengths that may depend on the aggregation parameter or the round do, so that a wrong stride shows. In every
/// round both sides tell a tag of everything that has happened so far, which must be the same, and a value that only
/// they know, of which both together the public share holds a digest. So nothing that either receives can be left
/// out or changed without rejection.
/// </para>
/// <para>
/// An aggregation parameter is 1 to 16 multipliers of 4 bytes, big-endian, none of them zero. An aggregate share counts
/// its reports, and unsharding refuses one with another count than the batch.
/// </para>
/// </remarks>
public sealed partial class MultiRoundVdaf : IVdaf
{
    /// <summary>The code point, from the range for private use: VDAF §10 (IANA Considerations).</summary>
    public const VdafType Type = (VdafType)0xFFFF_0001;

    /// <summary>The largest number of rounds.</summary>
    public const int MaximumRounds = 8;

    /// <summary>The largest measurement.</summary>
    public const ulong MaximumMeasurement = uint.MaxValue;

    private const int LeaderId = 0;
    private const int HelperId = 1;
    private const int Seed = 32;
    private const int Element = sizeof(ulong);
    private const int Multiplier = sizeof(uint);
    private const int MaximumMultipliers = 16;
    private const int FlawLength = 2;
    private const int FlawShift = 32;
    private const int RoundShift = 40;
    private const int UsedBits = 48;

    /// <summary>Makes the VDAF with this many rounds, with an aggregation parameter or with the fixed multiplier 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of rounds is not in 1 to <see cref="MaximumRounds"/>.</exception>
    public MultiRoundVdaf(int rounds, bool hasAggParam = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, MaximumRounds);
        Rounds = rounds;
        HasAggParam = hasAggParam;
    }

    /// <inheritdoc/>
    public uint AlgorithmId => (uint)Type;

    /// <inheritdoc/>
    public string Name => HasAggParam ? $"MultiRound({Rounds})" : $"MultiRound({Rounds}, no agg_param)";

    /// <inheritdoc/>
    public int Shares => 2;

    /// <inheritdoc/>
    public int Rounds { get; }

    /// <inheritdoc/>
    public int NonceSize => 16;

    /// <inheritdoc/>
    public int VerifyKeySize => 32;

    /// <inheritdoc/>
    public int RandSize => 2 * Seed;

    /// <inheritdoc/>
    public bool HasAggParam { get; }

    /// <inheritdoc/>
    public int PublicShareLength => Rounds * Seed;

    /// <summary>The encoded aggregation parameter.</summary>
    public static byte[] AggParam(params ReadOnlySpan<uint> multipliers)
    {
        byte[] encoded = new byte[multipliers.Length * Multiplier];
        for (int k = 0; k < multipliers.Length; k++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(k * Multiplier), multipliers[k]);
        }

        return encoded;
    }

    /// <summary>
    /// A measurement whose report is rejected in the given round, counted from zero. In the last round the side that is
    /// finished first must not accept what the other will reject, so <see cref="MultiRoundFlaw.Leader"/> or
    /// <see cref="MultiRoundFlaw.Helper"/> is refused there when that side is the second.
    /// </summary>
    public static ulong Flawed(ulong measurement, int round, MultiRoundFlaw flaw) =>
        measurement | ((ulong)flaw << FlawShift) | ((ulong)round << RoundShift);

    /// <summary>Reads a <c>vdaf_configuration</c>.</summary>
    /// <exception cref="UnsupportedVdafException">It is malformed or out of range.</exception>
    public static MultiRoundVdaf Decode(ReadOnlySpan<byte> configuration) => configuration is [>= 1 and <= MaximumRounds, <= 1]
        ? new MultiRoundVdaf(configuration[0], configuration[1] == 1)
        : throw new UnsupportedVdafException("vdaf_configuration: the rounds and a flag expected");

    /// <summary>The encoded <c>vdaf_configuration</c>: a byte with the rounds, and one that tells whether there is an aggregation parameter.</summary>
    public byte[] EncodeConfiguration() => [(byte)Rounds, HasAggParam ? (byte)1 : (byte)0];

    /// <inheritdoc/>
    public int InputShareLength(int aggregatorId) => aggregatorId switch
    {
        LeaderId => FlawLength + Seed + Element,
        HelperId => FlawLength + Seed,
        _ => throw new ArgumentOutOfRangeException(nameof(aggregatorId), $"aggregator {aggregatorId} does not exist"),
    };

    /// <inheritdoc/>
    public bool IsValidAggParam(ReadOnlySpan<byte> aggParam)
    {
        if (!HasAggParam)
        {
            return aggParam.IsEmpty;
        }

        bool valid = !aggParam.IsEmpty && aggParam.Length % Multiplier == 0 && aggParam.Length <= MaximumMultipliers * Multiplier;
        for (int k = 0; valid && k < aggParam.Length; k += Multiplier)
        {
            valid = BinaryPrimitives.ReadUInt32BigEndian(aggParam[k..]) != 0;
        }

        return valid;
    }

    /// <inheritdoc/>
    public int VerifyStateLength(ReadOnlySpan<byte> aggParam, int round) =>
        StateHeader + ((Rounds - Checked(round)) * Seed) + OutShareLength(aggParam);

    /// <inheritdoc/>
    public int VerifierShareLength(ReadOnlySpan<byte> aggParam, int round) =>
        1 + Seed + TagLength(CountOf(aggParam), Checked(round));

    /// <inheritdoc/>
    public int VerifierMessageLength(ReadOnlySpan<byte> aggParam, int round) =>
        Seed + ShortTagLength(CountOf(aggParam), Checked(round));

    /// <inheritdoc/>
    public int OutShareLength(ReadOnlySpan<byte> aggParam) => CountOf(aggParam) * Element;

    /// <inheritdoc/>
    public int AggShareLength(ReadOnlySpan<byte> aggParam) => OutShareLength(aggParam) + sizeof(ulong);

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
        Check(nonce.Length, NonceSize, nameof(nonce));
        Check(rand.Length, RandSize, nameof(rand));
        Check(publicShare.Length, PublicShareLength, nameof(publicShare));
        Check(inputShares.Length, InputShareLength(LeaderId) + InputShareLength(HelperId), nameof(inputShares));
        ulong number = measurement.AsNumber();
        ReadOnlySpan<byte> flaw = [(byte)((number >> FlawShift) & byte.MaxValue), (byte)((number >> RoundShift) & byte.MaxValue)];
        if (number >> UsedBits != 0 || !IsAcceptable((MultiRoundFlaw)flaw[0], flaw[1]))
        {
            throw new InvalidMeasurementException($"the measurement is above {MaximumMeasurement}, or has a flaw that {Name} cannot have");
        }

        ReadOnlySpan<byte> leaderSeed = rand[..Seed], helperSeed = rand[Seed..];
        Span<byte> leader = inputShares[..InputShareLength(LeaderId)], helper = inputShares[InputShareLength(LeaderId)..];
        flaw.CopyTo(leader);
        leaderSeed.CopyTo(leader[FlawLength..]);
        Write(leader[(FlawLength + Seed)..], Add(number & MaximumMeasurement, Modulus - HelperValue(helperSeed)));
        flaw.CopyTo(helper);
        helperSeed.CopyTo(helper[FlawLength..]);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] leaderPart = RoundValue(leaderSeed, round), helperPart = RoundValue(helperSeed, round);
            RoundDigest(round, leaderPart, helperPart, publicShare.Slice(round * Seed, Seed));
        }
    }

    // Whose answer the other side does not wait for must see the flaw itself.
    private bool IsAcceptable(MultiRoundFlaw flaw, int round)
    {
        MultiRoundFlaw second = Rounds % 2 == 1 ? MultiRoundFlaw.Leader : MultiRoundFlaw.Helper;
        return flaw == MultiRoundFlaw.None
            ? round == 0
            : flaw <= MultiRoundFlaw.Helper && round < Rounds && (flaw != second || round < Rounds - 1);
    }

    // The number of multipliers.
    private int CountOf(ReadOnlySpan<byte> aggParam)
    {
        if (!IsValidAggParam(aggParam))
        {
            throw new ArgumentException($"{aggParam.Length} bytes are not an aggregation parameter of {Name}", nameof(aggParam));
        }

        return HasAggParam ? aggParam.Length / Multiplier : 1;
    }

    private int Checked(int round) => round >= 0 && round < Rounds
        ? round
        : throw new ArgumentOutOfRangeException(nameof(round), $"round {round} does not exist: there are {Rounds}");

    private static void Check(long actual, long expected, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} has length {actual}, {expected} was expected", name);
        }
    }

    private static byte[] RoundValue(ReadOnlySpan<byte> seed, int round)
    {
        byte[] value = new byte[Seed];
        HKDF.Expand(HashAlgorithmName.SHA256, seed, value, [(byte)'r', (byte)round]);
        return value;
    }

    private static void RoundDigest(int round, ReadOnlySpan<byte> leader, ReadOnlySpan<byte> helper, Span<byte> digest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)round]);
        hash.AppendData(leader);
        hash.AppendData(helper);
        hash.GetHashAndReset(digest);
    }
}
