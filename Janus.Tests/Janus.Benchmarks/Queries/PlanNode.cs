using System.Text.Json;

namespace Janus.Benchmarks.Queries;

/// <summary>A node of an executed plan.</summary>
internal sealed class PlanNode
{
    public PlanNode(JsonElement json)
    {
        Type = json.GetProperty("Node Type").GetString()!;
        Relation = Text(json, "Relation Name");
        Index = Text(json, "Index Name");
        IndexCondition = Text(json, "Index Cond");
        Relationship = Text(json, "Parent Relationship");
        EstimatedRows = json.GetProperty("Plan Rows").GetDouble();
        Loops = json.TryGetProperty("Actual Loops", out JsonElement loops) ? loops.GetDouble() : 0;
        Rows = Number(json, "Actual Rows") * Loops;
        RemovedRows = (Number(json, "Rows Removed by Filter") + Number(json, "Rows Removed by Index Recheck")) * Loops;
        Pages = Number(json, "Shared Hit Blocks") + Number(json, "Shared Read Blocks");
        Children = json.TryGetProperty("Plans", out JsonElement plans) ? [.. plans.EnumerateArray().Select(plan => new PlanNode(plan))] : [];
    }

    public string Type { get; }

    public string? Relation { get; }

    public string? Index { get; }

    public string? IndexCondition { get; }

    /// <summary>How the node hangs below its parent, such as <c>Outer</c> or <c>SubPlan</c>.</summary>
    public string? Relationship { get; }

    public double EstimatedRows { get; }

    public double Loops { get; }

    /// <summary>Rows of all loops together.</summary>
    public double Rows { get; }

    /// <summary>Rows of all loops together that were read and thrown away.</summary>
    public double RemovedRows { get; }

    /// <summary>Pages of 8 KiB that the node and those below it touched.</summary>
    public double Pages { get; }

    public IReadOnlyList<PlanNode> Children { get; }

    /// <summary>Whether the node reads a table.</summary>
    public bool IsScan => Relation is not null && Type.EndsWith("Scan", StringComparison.Ordinal);

    /// <summary>The node and all below it.</summary>
    public IEnumerable<PlanNode> All() => Children.SelectMany(child => child.All()).Prepend(this);

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static double Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : 0;
}
