using System.Globalization;
using System.Net;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>What an operator can do about an Aggregator's refusal, where there is an ordinary cause.</summary>
public static class Remedy
{
    // Latency and whole seconds aside; the tolerance of reports' times is a few minutes.
    private static readonly TimeSpan NoticeableSkew = TimeSpan.FromMinutes(1);

    /// <summary>A text that goes behind the failure's message, beginning with a semicolon; empty when nothing ordinary explains it.</summary>
    /// <param name="failure">The refusal.</param>
    /// <param name="asker">Who asked: a Leader asks the Helper, Clients and Collectors ask an Aggregator.</param>
    public static string For(DapResponseException failure, Role asker)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string text = Cause(failure, asker) is { } cause ? $"; {cause}" : string.Empty;
        return failure.ClockSkew is { } skew && skew.Duration() > NoticeableSkew
            ? string.Create(CultureInfo.InvariantCulture, $"{text}; its clock is {skew.Duration().TotalSeconds:0} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} ours: correct the one that is wrong")
            : text;
    }

    private static string? Cause(DapResponseException failure, Role asker) => (failure.Type?.Token, failure.Status, asker) switch
    {
        ("unrecognizedTask", _, Role.Leader) => "the Helper does not know the task: its operator adds the file helper.json with 'janus task add --task-file', or corrects the Helper's URL",
        ("unrecognizedTask", _, _) => "the Leader does not know the task: add it there with 'janus task add', or correct the URL in the task file",
        ("invalidTask", _, _) => "the aggregator has to be told to take part in such tasks: 'janus taskprov peer'",
        (null, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, Role.Leader) => "the Helper does not accept our token or certificate: compare them with 'janus task token list' on both sides; 'janus task token --help' says how to change them",
        (null, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, Role.Collector) => "the Leader does not accept the Collector's token for this task: use the file collector.json of this task, or compare 'janus task token list' at the Leader",
        (null, HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, _) => "perhaps there is no DAP aggregator at this URL: check it in the task configuration, with its path",
        (null, HttpStatusCode.UnsupportedMediaType, _) => "perhaps it implements another version of DAP",
        (null, HttpStatusCode.RequestEntityTooLarge, Role.Leader) => "the Helper, or a proxy in front of it, takes shorter requests only: lower Aggregator.AggregationJobs.MaximumReports here, or raise the limit there",
        (null, >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest, _) => "redirects are not followed: use the URL that it leads to in the task configuration",
        _ => null,
    };
}
