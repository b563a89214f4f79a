using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

/// <summary>A batch of reports on its way through one instruction set's Prio3; everything that comes out is kept.</summary>
internal sealed class ReportBatch
{
    private readonly Prio3 _vdaf;
    private readonly byte[] _ctx;
    private readonly byte[] _verifyKey;
    private readonly byte[] _nonces;
    private readonly int _size;

    /// <summary>Shards measurements, with randomness that follows from the seed.</summary>
    public ReportBatch(Prio3 vdaf, Measurement[] measurements, int seed)
    {
        _vdaf = vdaf;
        _ctx = Variant.ContextOf(vdaf);
        _verifyKey = new byte[vdaf.VerifyKeySize];
        _size = measurements.Length;
        Random random = new(seed);
        random.NextBytes(_verifyKey);
        _nonces = new byte[_size * vdaf.NonceSize];
        random.NextBytes(_nonces);
        byte[] rands = new byte[_size * vdaf.RandSize];
        random.NextBytes(rands);
        PublicShares = new byte[_size * vdaf.PublicShareLength];
        InputShares = new byte[_size * vdaf.InputSharesLength];
        vdaf.Shard(_ctx, measurements, _nonces, rands, PublicShares, InputShares);
    }

    /// <summary>The public shares, which a test may change.</summary>
    public byte[] PublicShares { get; }

    /// <summary>The input shares, which a test may change.</summary>
    public byte[] InputShares { get; }

    /// <summary>Verifies and aggregates; returns all outcomes and all bytes that came out, step by step.</summary>
    /// <param name="cut">A report whose input shares are a byte short, or −1.</param>
    public (VerifyOutcome[][] Outcomes, byte[][] Bytes) Run(int cut = -1)
    {
        List<VerifyOutcome[]> allOutcomes = [];
        List<byte[]> bytes = [];
        int shareLength = _vdaf.VerifierShareLength([], 0);
        byte[][] states = new byte[_vdaf.Shares][];
        byte[] verifierShares = new byte[_size * _vdaf.Shares * shareLength];
        VerifyOutcome[] outcomes = [.. Enumerable.Repeat(VerifyOutcome.Continued, _size)];
        for (int aggregator = 0; aggregator < _vdaf.Shares; aggregator++)
        {
            VerifyOutcome[] own = new VerifyOutcome[_size];
            states[aggregator] = new byte[_size * _vdaf.VerifyStateLength([], 0)];
            byte[] shares = new byte[_size * shareLength];
            _vdaf.VerifyInit(_verifyKey, _ctx, aggregator, [], Inputs(aggregator, cut), own, states[aggregator], shares);
            allOutcomes.Add(own);
            bytes.AddRange([(byte[])states[aggregator].Clone(), shares]);
            for (int i = 0; i < _size; i++)
            {
                outcomes[i] = own[i] == VerifyOutcome.Continued ? outcomes[i] : own[i];
                shares.AsSpan(i * shareLength, shareLength).CopyTo(verifierShares.AsSpan(((i * _vdaf.Shares) + aggregator) * shareLength));
            }
        }

        byte[] messages = new byte[_size * _vdaf.VerifierMessageLength([], 0)];
        _vdaf.VerifierSharesToMessage(_ctx, [], 0, verifierShares, outcomes, messages);
        allOutcomes.Add([.. outcomes]);
        bytes.Add(messages);
        for (int aggregator = 0; aggregator < _vdaf.Shares; aggregator++)
        {
            VerifyOutcome[] own = [.. outcomes];
            byte[] outShares = new byte[_size * _vdaf.OutShareLength([])];
            byte[] aggShare = new byte[_vdaf.AggShareLength([])];
            _vdaf.VerifyNext(_ctx, [], 0, states[aggregator], messages, own, [], [], outShares);
            _vdaf.Aggregate([], aggShare, outShares, own);
            allOutcomes.Add(own);
            bytes.AddRange([outShares, aggShare]);
        }

        return ([.. allOutcomes], [.. bytes]);
    }

    private VerifyInput[] Inputs(int aggregator, int cut) => [.. Enumerable.Range(0, _size).Select(i =>
    {
        (int start, int length) = _vdaf.InputShareRange(aggregator).GetOffsetAndLength(_vdaf.InputSharesLength);
        return new VerifyInput(
            _nonces.AsMemory(i * _vdaf.NonceSize, _vdaf.NonceSize),
            PublicShares.AsMemory(i * _vdaf.PublicShareLength, _vdaf.PublicShareLength),
            InputShares.AsMemory((i * _vdaf.InputSharesLength) + start, i == cut ? length - 1 : length));
    })];
}
