using System.Net;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>A server aborts an interaction with one of DAP's errors: DAP §3.6 (errors).</summary>
public sealed class DapProblemException : Exception
{
    /// <summary>Aborts with <paramref name="type"/>.</summary>
    /// <param name="type">The error.</param>
    /// <param name="detail">A lower-case sentence that tells what was expected, without secrets.</param>
    /// <param name="taskId">The task, where it is known.</param>
    /// <param name="innerException">What led to it; never part of the answer.</param>
    public DapProblemException(DapProblemType type, string detail, TaskId? taskId = null, Exception? innerException = null)
        : base(detail, innerException)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
        TaskId = taskId;
        Status = type.Status;
    }

    /// <summary>The error.</summary>
    public DapProblemType Type { get; }

    /// <summary>A lower-case sentence that tells what was expected.</summary>
    public string Detail => Message;

    /// <summary>The task, where it is known.</summary>
    public TaskId? TaskId { get; }

    /// <summary>The status code of the answer, a client error.</summary>
    public HttpStatusCode Status { get; init; }

    /// <summary>The code points of extensions that are not known, for <c>unsupportedExtension</c>.</summary>
    public IReadOnlyList<ushort>? UnsupportedExtensions { get; init; }

    /// <summary>The document that tells the peer.</summary>
    public DapProblem ToProblem() => new()
    {
        Type = Type.Urn,
        Title = Type.Title,
        Status = (int)Status,
        Detail = Detail,
        TaskId = TaskId?.ToString(),
        UnsupportedExtensions = UnsupportedExtensions,
    };
}
