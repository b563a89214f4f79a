using Janus.Dap;

namespace Janus.Collector;

/// <summary>How a <see cref="DapCollector"/> works.</summary>
public sealed record DapCollectorOptions
{
    /// <summary>The clock that waits go by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a request is sent, and how long to wait in between; polling is no retry.</summary>
    public BackOff BackOff { get; init; } = new();

    /// <summary>The wait between polls when the Leader does not tell.</summary>
    public TimeSpan DefaultPollDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest wait between polls, also when the Leader asks for less.</summary>
    public TimeSpan MinimumPollDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between polls, also when the Leader asks for more.</summary>
    public TimeSpan MaximumPollDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a collection job is waited for; for ever when null. The job goes on without us.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Whether a finished collection job stays at the Leader instead of being deleted.</summary>
    public bool KeepFinishedJobs { get; init; }

    /// <summary>
    /// The noise that each of the Aggregators is known to add, of which nothing is on the wire; <see langword="null"/> for none. It
    /// counts for <see cref="CollectionResult.IsPossiblyWrapped"/>.
    /// </summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>Whether requests tell the Leader the task's configuration: set by <c>DapCollector.ForAdvertisedTask</c>.</summary>
    internal bool AdvertiseTask { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(BackOff);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumPollDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumPollDelay, MinimumPollDelay);
        if (Deadline is { } deadline)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero, nameof(Deadline));
        }
    }

    internal TimeSpan PollDelay(TimeSpan? retryAfter)
    {
        TimeSpan delay = retryAfter ?? DefaultPollDelay;
        delay = delay > MinimumPollDelay ? delay : MinimumPollDelay;
        return delay < MaximumPollDelay ? delay : MaximumPollDelay;
    }
}
