using System.Net;

namespace Janus.Dap;

/// <summary>The types of errors that DAP (§3.6, urn-space-errors) and Taskprov define.</summary>
public sealed class DapProblemType
{
    private const string UrnPrefix = "urn:ietf:params:ppm:dap:error:";

    private DapProblemType(string token, string title, HttpStatusCode status)
    {
        Token = token;
        Title = title;
        Status = status;
    }

    /// <summary>A message could not be decoded, or breaks a rule.</summary>
    public static DapProblemType InvalidMessage { get; } =
        new("invalidMessage", "the message is malformed or breaks a rule", HttpStatusCode.BadRequest);

    /// <summary>The server does not know the task ID.</summary>
    public static DapProblemType UnrecognizedTask { get; } =
        new("unrecognizedTask", "the task is not known", HttpStatusCode.NotFound);

    /// <summary>The server does not know the aggregation job ID.</summary>
    public static DapProblemType UnrecognizedAggregationJob { get; } =
        new("unrecognizedAggregationJob", "the aggregation job is not known", HttpStatusCode.NotFound);

    /// <summary>The query does not name a batch that can exist.</summary>
    public static DapProblemType BatchInvalid { get; } =
        new("batchInvalid", "the query does not determine a valid batch", HttpStatusCode.BadRequest);

    /// <summary>The number of reports in the batch is not acceptable.</summary>
    public static DapProblemType InvalidBatchSize { get; } =
        new("invalidBatchSize", "the batch does not have an acceptable number of reports", HttpStatusCode.BadRequest);

    /// <summary>The VDAF does not accept the aggregation parameter.</summary>
    public static DapProblemType InvalidAggregationParameter { get; } =
        new("invalidAggregationParameter", "the aggregation parameter is not valid", HttpStatusCode.BadRequest);

    /// <summary>The Aggregators did not aggregate the same reports.</summary>
    public static DapProblemType BatchMismatch { get; } =
        new("batchMismatch", "the aggregators disagree on the reports of the batch", HttpStatusCode.Conflict);

    /// <summary>The Aggregators are not at the same step of an aggregation job.</summary>
    public static DapProblemType StepMismatch { get; } =
        new("stepMismatch", "the aggregators disagree on the step of the aggregation job", HttpStatusCode.Conflict);

    /// <summary>Some of the reports have been collected in another batch.</summary>
    public static DapProblemType BatchOverlap { get; } =
        new("batchOverlap", "the query includes reports that have been collected before", HttpStatusCode.Conflict);

    /// <summary>An extension is not known.</summary>
    public static DapProblemType UnsupportedExtension { get; } =
        new("unsupportedExtension", "an extension is not supported", HttpStatusCode.BadRequest);

    /// <summary>Extensions are out of order, or one is malformed.</summary>
    public static DapProblemType InvalidExtension { get; } =
        new("invalidExtension", "the extensions are out of order or malformed", HttpStatusCode.BadRequest);

    /// <summary>The server has opted out of the advertised task: Taskprov (provisioning-a-task).</summary>
    public static DapProblemType InvalidTask { get; } =
        new("invalidTask", "the aggregator does not take part in the task", HttpStatusCode.BadRequest);

    /// <summary>All types.</summary>
    public static IReadOnlyList<DapProblemType> All { get; } =
    [
        InvalidMessage, UnrecognizedTask, UnrecognizedAggregationJob, BatchInvalid, InvalidBatchSize,
        InvalidAggregationParameter, BatchMismatch, StepMismatch, BatchOverlap, UnsupportedExtension, InvalidExtension,
        InvalidTask,
    ];

    /// <summary>The draft's name, such as <c>invalidMessage</c>.</summary>
    public string Token { get; }

    /// <summary>The name as a URN, which is the <c>type</c> of a problem document.</summary>
    public string Urn => UrnPrefix + Token;

    /// <summary>What went wrong, in general.</summary>
    public string Title { get; }

    /// <summary>The status code that goes with the error unless told otherwise.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The type that a URN names, or <see langword="null"/>.</summary>
    public static DapProblemType? FromUrn(string? urn) =>
        urn is null ? null : All.FirstOrDefault(type => string.Equals(type.Urn, urn, StringComparison.Ordinal));

    /// <summary>Whether a URI is in DAP's namespace for errors, one that this version does not know included.</summary>
    public static bool IsUrn(string? uri) => uri is not null && uri.StartsWith(UrnPrefix, StringComparison.Ordinal);

    /// <summary>The draft's name.</summary>
    public override string ToString() => Token;
}
