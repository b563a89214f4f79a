using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>A batch of reports of one VDAF with all buffers, on which one thread runs the operations that are measured.</summary>
internal sealed class ReportBatch
{
    private const int Leader = 0;
    private const int Helper = 1;
    private const int Round = 0;

    private readonly IVdaf _vdaf;
    private readonly string _name;
    private readonly ClearBatch _clear;
    private readonly byte[] _ctx = DapVersion.Newest.VdafContext(TaskId.Random());
    private readonly byte[] _verifyKey;
    private readonly byte[] _nonces;
    private readonly byte[] _rand;
    private readonly byte[] _publicShares;
    private readonly byte[] _inputShares;
    private readonly VerifyInput[][] _inputs;
    private readonly VerifyOutcome[] _outcomes;
    private readonly byte[] _states;
    private readonly byte[] _ownVerifierShares;
    private readonly byte[] _verifierShares;
    private readonly byte[] _verifierMessages;
    private readonly byte[] _outShares;
    private readonly byte[][] _aggShares;

    /// <summary>Shards <paramref name="count"/> measurements and prepares what the aggregators need of each other.</summary>
    /// <exception cref="CliException">A buffer of so many reports would be too long.</exception>
    public ReportBatch(BenchVdaf name, IVdaf vdaf, int count)
    {
        _vdaf = vdaf;
        _name = name.Name;
        int inputSharesLength = vdaf.InputShareLength(Leader) + vdaf.InputShareLength(Helper);
        if (count > Array.MaxLength / inputSharesLength)
        {
            throw new CliException($"--batch: {_name} has at most {Plural.Of(Array.MaxLength / inputSharesLength, "report")} in a batch");
        }

        _clear = new ClearBatch(name.Description, count);
        _verifyKey = RandomNumberGenerator.GetBytes(vdaf.VerifyKeySize);
        _nonces = RandomNumberGenerator.GetBytes(count * vdaf.NonceSize);
        _rand = new byte[count * vdaf.RandSize];
        _publicShares = new byte[count * vdaf.PublicShareLength];
        _inputShares = new byte[count * inputSharesLength];
        _inputs = [Inputs(Leader), Inputs(Helper)];
        _outcomes = new VerifyOutcome[count];
        _states = new byte[count * vdaf.VerifyStateLength([], Round)];
        _ownVerifierShares = new byte[count * vdaf.VerifierShareLength([], Round)];
        _verifierShares = new byte[vdaf.Shares * _ownVerifierShares.Length];
        _verifierMessages = new byte[count * vdaf.VerifierMessageLength([], Round)];
        _outShares = new byte[count * vdaf.OutShareLength([])];
        _aggShares = [new byte[vdaf.AggShareLength([])], new byte[vdaf.AggShareLength([])]];
        Run(BenchOperation.Shard);
        Check();
    }

    /// <summary>The number of reports.</summary>
    public int Count => _outcomes.Length;

    /// <summary>Runs an operation over the whole batch.</summary>
    /// <exception cref="CliException">The VDAF rejected a report.</exception>
    public void Run(BenchOperation operation)
    {
        switch (operation)
        {
            case BenchOperation.Helper:
                VerifyInit(Helper);
                VerifierSharesToMessage(Helper);
                FinishAndAggregate(Helper);
                break;
            case BenchOperation.Leader:
                VerifyInit(Leader);
                FinishAndAggregate(Leader);
                break;
            default:
                Shard();
                break;
        }
    }

    /// <summary>Runs both aggregators on the shares as they are now, and compares the aggregate with that in the clear.</summary>
    /// <exception cref="CliException">They differ, or the VDAF rejected a report.</exception>
    public void Check()
    {
        VerifyInit(Leader);
        CopyVerifierShares(Leader);
        Run(BenchOperation.Helper);
        Run(BenchOperation.Leader);
        ReadOnlyMemory<byte>[] aggShares = [.. _aggShares];
        if (!_vdaf.Unshard([], aggShares, (ulong)Count).AsSpan().SequenceEqual(_clear.Aggregate))
        {
            throw new CliException($"{_name}: the aggregate is not that of the measurements");
        }
    }

    private void Shard()
    {
        RandomNumberGenerator.Fill(_rand);
        _vdaf.Shard(_ctx, _clear.Measurements, _nonces, _rand, _publicShares, _inputShares);
    }

    private void VerifyInit(int aggregatorId) =>
        _vdaf.VerifyInit(_verifyKey, _ctx, aggregatorId, [], _inputs[aggregatorId], _outcomes, _states, _ownVerifierShares);

    private void VerifierSharesToMessage(int aggregatorId)
    {
        CopyVerifierShares(aggregatorId);
        _vdaf.VerifierSharesToMessage(_ctx, [], Round, _verifierShares, _outcomes, _verifierMessages);
    }

    // Per report, the shares of all aggregators lie side by side.
    private void CopyVerifierShares(int aggregatorId)
    {
        for (int i = 0; i < Count; i++)
        {
            Part(_ownVerifierShares, i).CopyTo(Part(_verifierShares, i)[(aggregatorId * _ownVerifierShares.Length / Count)..]);
        }
    }

    private void FinishAndAggregate(int aggregatorId)
    {
        _vdaf.VerifyNext(_ctx, [], Round, _states, _verifierMessages, _outcomes, [], [], _outShares);
        _vdaf.AggInit([], _aggShares[aggregatorId]);
        if (_vdaf.Aggregate([], _aggShares[aggregatorId], _outShares, _outcomes) != Count)
        {
            throw new CliException($"{_name}: a report was rejected");
        }
    }

    private VerifyInput[] Inputs(int aggregatorId)
    {
        int start = aggregatorId == Leader ? 0 : _vdaf.InputShareLength(Leader);
        VerifyInput[] inputs = new VerifyInput[_nonces.Length / _vdaf.NonceSize];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = new VerifyInput(
                Part(_nonces, i, inputs.Length),
                Part(_publicShares, i, inputs.Length),
                Part(_inputShares, i, inputs.Length).Slice(start, _vdaf.InputShareLength(aggregatorId)));
        }

        return inputs;
    }

    private Memory<byte> Part(byte[] buffer, int index) => Part(buffer, index, Count);

    private static Memory<byte> Part(byte[] buffer, int index, int count)
    {
        int length = buffer.Length / count;
        return buffer.AsMemory(index * length, length);
    }
}
