using System.Text.Json;

namespace Janus.Vdaf.Vectors;

/// <summary>Executes the operations of one vector in order: VDAF Appendix C.1 (Schema).</summary>
internal sealed class VectorRun
{
    private readonly IVdaf _vdaf;
    private readonly JsonElement _vector;
    private readonly byte[] _ctx;
    private readonly byte[] _verifyKey;
    private readonly byte[] _aggParam;
    private readonly Dictionary<(int Report, int Aggregator), byte[]> _states = [];

    /// <summary>Takes a VDAF made from the vector's parameters.</summary>
    public VectorRun(IVdaf vdaf, JsonElement vector)
    {
        _vdaf = vdaf;
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
        foreach (JsonElement operation in _vector.GetProperty("operations").EnumerateArray())
        {
            string name = operation.GetProperty("operation").GetString() ?? string.Empty;
            bool expected = operation.GetProperty("success").GetBoolean();
            string what = $"operation {index++} ({name})";
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
        byte[] publicShare = new byte[_vdaf.PublicShareLength];
        byte[] inputShares = new byte[lengths.Sum()];
        try
        {
            _vdaf.Shard(
                _ctx,
                ReadMeasurement(report.GetProperty("measurement")),
                Hex(report.GetProperty("nonce")),
                Hex(report.GetProperty("rand")),
                publicShare,
                inputShares);
        }
        catch (InvalidMeasurementException refusal)
        {
            return refusal.Message;
        }

        if (compare)
        {
            Compare($"{what}: public share", report.GetProperty("public_share"), publicShare);
            for (int i = 0; i < lengths.Length; i++)
            {
                Compare(
                    $"{what}: input share {i}",
                    report.GetProperty("input_shares")[i],
                    inputShares.AsSpan(lengths[..i].Sum(), lengths[i]));
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
        VerifyOutcome outcome = default;
        byte[] state = new byte[_vdaf.VerifyStateLength(_aggParam, 0)];
        byte[] verifierShare = new byte[_vdaf.VerifierShareLength(_aggParam, 0)];
        _vdaf.VerifyInit(_verifyKey, _ctx, aggregator, _aggParam, [input], new Span<VerifyOutcome>(ref outcome), state, verifierShare);
        if (outcome != VerifyOutcome.Continued)
        {
            return outcome.ToString();
        }

        _states[(ReportIndex(operation), aggregator)] = state;
        if (compare)
        {
            Compare($"{what}: verifier share {aggregator}", report.GetProperty("verifier_shares")[0][aggregator], verifierShare);
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

        byte[] message = new byte[_vdaf.VerifierMessageLength(_aggParam, round)];
        VerifyOutcome outcome = VerifyOutcome.Continued;
        byte[] adjacent = [.. shares.SelectMany(share => share)];
        _vdaf.VerifierSharesToMessage(_ctx, _aggParam, round, adjacent, new Span<VerifyOutcome>(ref outcome), message);
        if (outcome != VerifyOutcome.Continued)
        {
            return outcome.ToString();
        }

        if (compare)
        {
            Compare($"{what}: verifier message", report.GetProperty("verifier_messages")[round], message);
        }

        return null;
    }

    // The rounds of this operation are counted from one, by what it leads to.
    private string? VerifyNext(JsonElement operation, bool compare, string what)
    {
        JsonElement report = Report(operation);
        int aggregator = Aggregator(operation);
        int next = operation.GetProperty("round").GetInt32();
        if (!_states.TryGetValue((ReportIndex(operation), aggregator), out byte[]? state))
        {
            throw new VectorMismatchException($"{what}: there is no verification state of aggregator {aggregator}");
        }

        byte[] message = Hex(report.GetProperty("verifier_messages")[next - 1]);
        if (message.Length != _vdaf.VerifierMessageLength(_aggParam, next - 1))
        {
            return nameof(VerifyOutcome.MalformedMessage);
        }

        bool last = next == _vdaf.Rounds;
        byte[] nextState = last ? [] : new byte[_vdaf.VerifyStateLength(_aggParam, next)];
        byte[] nextShare = last ? [] : new byte[_vdaf.VerifierShareLength(_aggParam, next)];
        byte[] outShare = last ? new byte[_vdaf.OutShareLength(_aggParam)] : [];
        VerifyOutcome outcome = VerifyOutcome.Continued;
        _vdaf.VerifyNext(
            _ctx, _aggParam, next - 1, state, message, new Span<VerifyOutcome>(ref outcome), nextState, nextShare, outShare);
        if (outcome != (last ? VerifyOutcome.Finished : VerifyOutcome.Continued))
        {
            return outcome.ToString();
        }

        if (!last)
        {
            _states[(ReportIndex(operation), aggregator)] = nextState;
        }

        if (compare && last)
        {
            Compare($"{what}: out share {aggregator}", OutShare(report, aggregator), outShare);
        }
        else if (compare)
        {
            Compare($"{what}: verifier share {aggregator}", report.GetProperty("verifier_shares")[next][aggregator], nextShare);
        }

        return null;
    }

    private string? Aggregate(JsonElement operation, bool compare, string what)
    {
        int aggregator = Aggregator(operation);
        byte[] aggShare = new byte[_vdaf.AggShareLength(_aggParam)];
        _vdaf.AggInit(_aggParam, aggShare);
        foreach (JsonElement report in _vector.GetProperty("reports").EnumerateArray())
        {
            _vdaf.AggUpdate(_aggParam, aggShare, OutShare(report, aggregator));
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

    private static void Compare(string what, JsonElement expected, ReadOnlySpan<byte> actual) =>
        Compare(what, Hex(expected), actual);

    private static void Compare(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        VectorMismatchException.ThrowIfDifferent(what, expected, actual);

    private static byte[] Hex(JsonElement element) => Convert.FromHexString(element.GetString() ?? string.Empty);

    private static int ReportIndex(JsonElement operation) => operation.GetProperty("report_index").GetInt32();

    private static int Aggregator(JsonElement operation) => operation.GetProperty("aggregator_id").GetInt32();

    private JsonElement Report(JsonElement operation) => _vector.GetProperty("reports")[ReportIndex(operation)];
}
