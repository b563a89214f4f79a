using System.Text;
using System.Text.Json.Nodes;

namespace Janus.UnitTests.Vdaf.Vectors;

/// <summary>Translates a vector of draft 08, as it was published, into the schema of the newest draft's vectors.</summary>
internal static class Draft08Schema
{
    /// <summary>Other words, bits instead of a maximum, and the steps of every report one after the other.</summary>
    public static byte[] Translate(string algorithm, ReadOnlySpan<byte> published)
    {
        JsonNode root = JsonNode.Parse(published)!;
        JsonArray? prep = root["prep"]?.AsArray();
        if (prep is null)
        {
            return published.ToArray();
        }

        int shares = root["shares"]!.GetValue<int>();
        JsonObject vector = new() { ["agg_param"] = string.Empty, ["ctx"] = string.Empty };
        foreach (string key in (string[])["agg_result", "agg_shares", "chunk_length", "length", "shares", "verify_key"])
        {
            if (root[key] is { } value)
            {
                vector[key] = value.DeepClone();
            }
        }

        if (root["bits"] is { } bits)
        {
            vector["max_measurement"] = ulong.MaxValue >> (64 - bits.GetValue<int>());
        }

        // The published file leaves out with how many it was made.
        if (algorithm == "Prio3SumVecWithMultiproof")
        {
            vector["proofs"] = 4;
        }

        vector["reports"] = new JsonArray([.. prep.Select(report => Report(report!.AsObject()))]);
        vector["operations"] = new JsonArray([.. Operations(prep.Count, shares)]);
        return Encoding.UTF8.GetBytes(vector.ToJsonString());
    }

    private static JsonObject Report(JsonObject prep)
    {
        JsonObject report = [];
        foreach ((string key, JsonNode? value) in prep)
        {
            report[key.Replace("prep_", "verifier_", StringComparison.Ordinal)] = value?.DeepClone();
        }

        return report;
    }

    private static IEnumerable<JsonObject> Operations(int reports, int shares)
    {
        for (int report = 0; report < reports; report++)
        {
            yield return Operation("shard", report);
            foreach (int aggregator in Enumerable.Range(0, shares))
            {
                yield return Operation("verify_init", report, aggregator);
            }

            yield return Operation("verifier_shares_to_message", report, round: 0);
            foreach (int aggregator in Enumerable.Range(0, shares))
            {
                yield return Operation("verify_next", report, aggregator, round: 1);
            }
        }

        foreach (int aggregator in Enumerable.Range(0, shares))
        {
            yield return Operation("aggregate", aggregator: aggregator);
        }

        yield return Operation("unshard");
    }

    private static JsonObject Operation(string name, int? report = null, int? aggregator = null, int? round = null)
    {
        JsonObject operation = new() { ["operation"] = name, ["success"] = true };
        foreach ((string key, int? number) in new[] { ("report_index", report), ("aggregator_id", aggregator), ("round", round) })
        {
            if (number is { } given)
            {
                operation[key] = given;
            }
        }

        return operation;
    }
}
