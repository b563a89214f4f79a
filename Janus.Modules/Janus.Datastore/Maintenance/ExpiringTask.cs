using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What the garbage collector knows of a task: no secret.</summary>
public sealed record ExpiringTask
{
    /// <summary>The task's key.</summary>
    public required int Key { get; init; }

    /// <summary>The task ID.</summary>
    public required TaskId Id { get; init; }

    /// <summary>How reports are put into batches.</summary>
    public required BatchMode BatchMode { get; init; }

    /// <summary>The unit of the task's times.</summary>
    public required TimePrecision TimePrecision { get; init; }

    /// <summary>The first time that the task's interval does not contain any more; <see langword="null"/> without an end.</summary>
    public Time? End { get; init; }

    /// <summary>How old a report may get, in time-precision units; <see langword="null"/> keeps reports for ever.</summary>
    public ulong? ReportExpiryAge { get; init; }

    /// <summary>Whether the task was advertised: Clients may advertise it again as long as it has not ended.</summary>
    public bool IsAdvertised { get; init; }

    /// <summary>When the task was deleted; <see langword="null"/> as long as it is not.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>
    /// Whether a deleted task's own row has to stay when everything else is gone: it tells that the task, which Clients still
    /// advertise, is not to be opted into again.
    /// </summary>
    internal bool IsRemembered(DateTimeOffset now) =>
        IsAdvertised && (End is not { } end || end.Value > Time.FromDateTimeOffset(now, TimePrecision).Value);

    /// <summary>The earliest report time that is kept when reports are kept until this moment, in time-precision units.</summary>
    internal ulong FirstLiveTime(DateTimeOffset moment) => ReportExpiry.FirstLiveTime(ReportExpiryAge, TimePrecision, moment);

    /// <summary>What was created before has expired when reports are kept until this moment; <see cref="DateTimeOffset.UnixEpoch"/> where nothing expires.</summary>
    internal DateTimeOffset FirstLiveInstant(DateTimeOffset moment) =>
        new Time(FirstLiveTime(moment)).TryToDateTimeOffset(TimePrecision, out DateTimeOffset instant) ? instant : DateTimeOffset.UnixEpoch;
}
