using System.Text.Json;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>What became of a task's reports, as people and programs read it.</summary>
/// <param name="Received">Reports that were uploaded and stored; a Leader's.</param>
/// <param name="Refused">Reports that were refused at upload, by reason; a Leader's.</param>
/// <param name="Aggregated">Reports that were verified and committed to a batch bucket.</param>
/// <param name="Rejected">Reports that one of the Aggregators rejected in aggregation, by reason.</param>
/// <param name="Dropped">Reports that were given up with an aggregation job that the Helper refused; a Leader's.</param>
internal sealed record TaskCountsDescription(
    long? Received, IReadOnlyDictionary<string, long>? Refused, long Aggregated, IReadOnlyDictionary<string, long> Rejected, long? Dropped)
{
    /// <summary>Describes the counts of a task.</summary>
    public static TaskCountsDescription Of(TaskCounts counts, Role role)
    {
        bool isLeader = role == Role.Leader;
        return new TaskCountsDescription(
            isLeader ? counts.Received : null,
            isLeader ? ByName(counts.Refused) : null,
            counts.Aggregated,
            ByName(counts.Rejected),
            isLeader ? counts.Dropped : null);
    }

    /// <summary>The lines for people: a name and a number each, with the reasons behind it.</summary>
    public IEnumerable<(string Name, string Value)> Lines()
    {
        if (Received is { } received)
        {
            yield return ("received", $"{received}");
            yield return ("refused at upload", Text(Refused!));
        }

        yield return ("aggregated", $"{Aggregated}");
        yield return ("rejected", Text(Rejected));
        if (Dropped is > 0)
        {
            yield return ("dropped", $"{Dropped} (with aggregation jobs that the Helper refused)");
        }
    }

    /// <summary>The draft's name of a report error, such as <c>vdaf_verify_error</c>.</summary>
    public static string NameOf(ReportError error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString());

    private static Dictionary<string, long> ByName(IReadOnlyDictionary<ReportError, long> counts) =>
        counts.ToDictionary(pair => NameOf(pair.Key), pair => pair.Value);

    private static string Text(IReadOnlyDictionary<string, long> counts) => counts.Count == 0
        ? "0"
        : $"{counts.Values.Sum()} ({string.Join(", ", counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))})";
}
