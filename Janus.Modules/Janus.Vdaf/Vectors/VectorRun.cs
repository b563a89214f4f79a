using System.Text.Json;

namespace Janus.Vdaf.Vectors;

/// <summary>Executes the operations of one vector in order: VDAF Appendix C.1 (Schema).</summary>
/// <remarks>
/// Each operation is executed on a batch of copies of the report, which must all end in the same way: with as many as a
/// vector of the instruction set has lanes, the copies are computed side by side.
/// </remarks>
internal sealed class VectorRun
{
    private readonly IVdaf _vdaf;
    private readonly int _copies;
    private readonly JsonElement _vector;
    private readonly byte[] _ctx;
    private readonly byte[] _verifyKey;
    private readonly byte[] _aggParam;
    private readonly Dictionary<(int Report, int Aggregator), byte[]> _states = [];

    /// <summary>Takes a VDAF made from the vector's parameters, and the number of copies of each report.</summary>
    public VectorRun(IVdaf vdaf, JsonElement vector, int copies)
    {
        _vdaf = vdaf;
        _copies = copies;
        _vector = vector;
        _ctx = Hex(vector.GetProperty("ctx"));
        _verifyKey = Hex(vector.GetProperty("verify_key"));
        _aggParam = Hex(vector.GetProperty("agg_param"));
    }

    /// <summary>Executes every operation.</summary>
    /// <exception cref="VectorMismatchException">One ended differently from what the vector says.</exception>
    public void Execute()
    {
        int index = 0;
        string copies = _copies == 1 ? string.Empty : $" of {_copies} copies";
        foreach (JsonElement operation in _vector.GetProperty("operations").EnumerateArray())
        {
            string name = operation.GetProperty("operation").GetString() ?? string.Empty;
            bool expected = operation.GetProperty("success").GetBoolean();
            string what = $"operation {index++} ({name}){copies}";
            string? failure = Execute(name, operation, expected, what);
            if (expected != failure is null)
            {
                throw new VectorMismatchException(
                    $"{what}: expected {(expected ? "success" : "failure")}, got {failure ?? "success"}");
            }
        }

        if (index == 0)
        {
            throw new VectorMismatchException("the vector has no operations");
        }
    }

    private string? Execute(string name, JsonElement operation, bool compare, string what) => name switch
    {
        "shard" => Shard(Report(operation), compare, what),
        "verify_init" => VerifyInit(operation, compare, what),
        "verifier_shares_to_message" => VerifierSharesToMessage(operation, compare, what),
        "verify_next" => VerifyNext(operation, compare, what),
        "aggregate" => Aggregate(operation, compare, what),
        "unshard" => Unshard(what),
        _ => throw new VectorMismatchException($"{what}: the operation is not known"),
    };

    private string? Shard(JsonElement report, bool compare, string what)
    {
        int[] lengths = [.. Enumerable.Range(0, _vdaf.Shares).Select(_vdaf.InputShareLength)];
        int total = lengths.Sum();
        byte[] publicShares = new byte[_copies * _vdaf.PublicShareLength];
        byte[] inputShares = new byte[_copies * total];
        try
        {
            _vdaf.Shard(
                _ctx,
                [.. Enumerable.Repeat(ReadMeasurement(report.GetProperty("measurement")), _copies)],
                Copies(Hex(report.GetProperty("nonce"))),
                Copies(Hex(report.GetProperty("rand"))),
                publicShares,
                inputShares);
        }
        catch (InvalidMeasurementException refusal)
        {
            return refusal.Message;
        }

        if (compare)
        {
            CompareCopies($"{what}: public share", report.GetProperty("public_share"), publicShares);
            for (int i = 0; i < lengths.Length; i++)
            {
                for (int copy = 0; copy < _copies; copy++)
                {
                    Compare(
                        $"{what}: input share {i}",
                        report.GetProperty("input_shares")[i],
                        inputShares.AsSpan((copy * total) + lengths[..i].Sum(), lengths[i]));
                }
            }
        }

        return null;
    }

    private string? VerifyInit(JsonElement operation, bool compare, string what)
    {
        JsonElement report = Report(operation);
        int aggregator = Aggregator(operation);
        VerifyInput input = new(
            Hex(report.GetProperty("nonce")),
            Hex(report.GetProperty("public_share")),
            Hex(report.GetProperty("input_shares")[aggregator]));
        VerifyInput[] inputs = [.. Enumerable.Repeat(input, _copies)];
        VerifyOutcome[] outcomes = new VerifyOutcome[_copies];
        byte[] states = new byte[_copies * _vdaf.VerifyStateLength(_aggParam, 0)];
        byte[] verifierShares = new byte[_copies * _vdaf.VerifierShareLength(_aggParam, 0)];
        _vdaf.VerifyInit(_verifyKey, _ctx, aggregator, _aggParam, inputs, outcomes, states, verifierShares);
        if (TheOutcome(outcomes, what) is not VerifyOutcome.Continued and VerifyOutcome other)
        {
            return other.ToString();
        }

        _states[(ReportIndex(operation), aggregator)] = states;
        if (compare)
        {
            CompareCopies($"{what}: verifier share {aggregator}", report.GetProperty("verifier_shares")[0][aggregator], verifierShares);
        }

        return null;
    }

    private string? VerifierSharesToMessage(JsonElement operation, bool compare, string what)
    {
        JsonElement report = Report(operation);
        int round = operation.GetProperty("round").GetInt32();
        byte[][] shares = [.. report.GetProperty("verifier_shares")[round].EnumerateArray().Select(Hex)];
        if (shares.Any(share => share.Length != _vdaf.VerifierShareLength(_aggParam, round)))
        {
            return nameof(VerifyOutcome.MalformedMessage);
        }

        byte[] messages = new byte[_copies * _vdaf.VerifierMessageLength(_aggParam, round)];
        VerifyOutcome[] outcomes = ToContinue();
        _vdaf.VerifierSharesToMessage(_ctx, _aggParam, round, Copies([.. shares.SelectMany(share => share)]), outcomes, messages);
        if (TheOutcome(outcomes, what) is not VerifyOutcome.Continued and VerifyOutcome other)
        {
            return other.ToString();
        }

        if (compare)
        {
            CompareCopies($"{what}: verifier message", report.GetProperty("verifier_messages")[round], messages);
        }

        return null;
    }

    // The rounds of this operation are counted from one, by what it leads to.
    private string? VerifyNext(JsonElement operation, bool compare, string what)
    {
        JsonElement report = Report(operation);
        int aggregator = Aggregator(operation);
        int next = operation.GetProperty("round").GetInt32();
        if (!_states.TryGetValue((ReportIndex(operation), aggregator), out byte[]? states))
        {
            throw new VectorMismatchException($"{what}: there is no verification state of aggregator {aggregator}");
        }

        byte[] message = Hex(report.GetProperty("verifier_messages")[next - 1]);
        if (message.Length != _vdaf.VerifierMessageLength(_aggParam, next - 1))
        {
            return nameof(VerifyOutcome.MalformedMessage);
        }

        bool last = next == _vdaf.Rounds;
        byte[] nextStates = last ? [] : new byte[_copies * _vdaf.VerifyStateLength(_aggParam, next)];
        byte[] nextShares = last ? [] : new byte[_copies * _vdaf.VerifierShareLength(_aggParam, next)];
        byte[] outShares = last ? new byte[_copies * _vdaf.OutShareLength(_aggParam)] : [];
        VerifyOutcome[] outcomes = ToContinue();
        _vdaf.VerifyNext(_ctx, _aggParam, next - 1, states, Copies(message), outcomes, nextStates, nextShares, outShares);
        VerifyOutcome outcome = TheOutcome(outcomes, what);
        if (outcome != (last ? VerifyOutcome.Finished : VerifyOutcome.Continued))
        {
            return outcome.ToString();
        }

        if (!last)
        {
            _states[(ReportIndex(operation), aggregator)] = nextStates;
        }

        if (compare && last)
        {
            CompareCopies($"{what}: out share {aggregator}", OutShare(report, aggregator), outShares);
        }
        else if (compare)
        {
            CompareCopies($"{what}: verifier share {aggregator}", report.GetProperty("verifier_shares")[next][aggregator], nextShares);
        }

        return null;
    }

    // One by one for a single copy; all in one call, among reports that are not to be counted, for several.
    private string? Aggregate(JsonElement operation, bool compare, string what)
    {
        int aggregator = Aggregator(operation);
        byte[] aggShare = new byte[_vdaf.AggShareLength(_aggParam)];
        byte[][] outShares = [.. _vector.GetProperty("reports").EnumerateArray().Select(report => OutShare(report, aggregator))];
        _vdaf.AggInit(_aggParam, aggShare);
        if (_copies == 1)
        {
            foreach (byte[] outShare in outShares)
            {
                _vdaf.AggUpdate(_aggParam, aggShare, outShare);
            }
        }
        else
        {
            VerifyOutcome[] outcomes =
            [
                .. outShares.SelectMany(_ => Enumerable.Range(0, _copies)
                    .Select(copy => copy == _copies / 2 ? VerifyOutcome.Finished : VerifyOutcome.ProofRejected)),
            ];
            _vdaf.Aggregate(_aggParam, aggShare, [.. outShares.SelectMany(Copies)], outcomes);
        }

        if (compare)
        {
            Compare($"{what}: aggregate share {aggregator}", _vector.GetProperty("agg_shares")[aggregator], aggShare);
        }

        return null;
    }

    private string? Unshard(string what)
    {
        ReadOnlyMemory<byte>[] aggShares =
            [.. _vector.GetProperty("agg_shares").EnumerateArray().Select(share => new ReadOnlyMemory<byte>(Hex(share)))];
        UInt128[] actual = _vdaf.Unshard(_aggParam, aggShares, (ulong)_vector.GetProperty("reports").GetArrayLength());
        JsonElement result = _vector.GetProperty("agg_result");
        string expected = string.Join(", ", result.ValueKind == JsonValueKind.Array
            ? result.EnumerateArray().Select(element => element.GetRawText())
            : [result.GetRawText()]);
        string got = string.Join(", ", actual);
        return expected == got
            ? null
            : throw new VectorMismatchException($"{what}: aggregate result: expected {expected}, got {got}");
    }

    private static Measurement ReadMeasurement(JsonElement measurement)
    {
        if (measurement.ValueKind != JsonValueKind.Array)
        {
            return Measurement.FromNumber(measurement.GetUInt64());
        }

        return Measurement.FromVector(
            [.. measurement.EnumerateArray().Select(element => element.ValueKind switch
            {
                JsonValueKind.True => 1UL,
                JsonValueKind.False => 0UL,
                _ => element.GetUInt64(),
            })]);
    }

    // Field elements of an out share may be listed one by one, or the share be given as a whole.
    private static byte[] OutShare(JsonElement report, int aggregator)
    {
        JsonElement share = report.GetProperty("out_shares")[aggregator];
        return share.ValueKind == JsonValueKind.Array ? [.. share.EnumerateArray().SelectMany(Hex)] : Hex(share);
    }

    private byte[] Copies(byte[] of) => [.. Enumerable.Repeat(of, _copies).SelectMany(bytes => bytes)];

    private VerifyOutcome[] ToContinue() => [.. Enumerable.Repeat(VerifyOutcome.Continued, _copies)];

    private static VerifyOutcome TheOutcome(VerifyOutcome[] outcomes, string what) =>
        outcomes.All(outcome => outcome == outcomes[0])
            ? outcomes[0]
            : throw new VectorMismatchException($"{what}: the copies ended differently: {string.Join(", ", outcomes)}");

    private void CompareCopies(string what, JsonElement expected, ReadOnlySpan<byte> actual) =>
        CompareCopies(what, Hex(expected), actual);

    private void CompareCopies(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        int length = actual.Length / _copies;
        for (int copy = 0; copy < _copies; copy++)
        {
            Compare(what, expected, actual.Slice(copy * length, length));
        }
    }

    private static void Compare(string what, JsonElement expected, ReadOnlySpan<byte> actual) =>
        Compare(what, Hex(expected), actual);

    private static void Compare(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        VectorMismatchException.ThrowIfDifferent(what, expected, actual);

    private static byte[] Hex(JsonElement element) => Convert.FromHexString(element.GetString() ?? string.Empty);

    private static int ReportIndex(JsonElement operation) => operation.GetProperty("report_index").GetInt32();

    private static int Aggregator(JsonElement operation) => operation.GetProperty("aggregator_id").GetInt32();

    private JsonElement Report(JsonElement operation) => _vector.GetProperty("reports")[ReportIndex(operation)];
}
