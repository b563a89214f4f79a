using Janus.Dap;

namespace Janus.Client;

/// <summary>How a <see cref="DapClient"/> works; the defaults suit an application that uploads for many users.</summary>
public sealed record DapClientOptions
{
    /// <summary>The clock that report times, cache lifetimes and waits go by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a request is sent, and how long to wait in between.</summary>
    public BackOff BackOff { get; init; } = new();

    /// <summary>
    /// How many reports a request of a bulk upload has at most; it is sent when it is full, or when there are no more measurements.
    /// </summary>
    public int ReportsPerRequest { get; init; } = 500;

    /// <summary>How many bytes a request of a bulk upload has at most, unless a single report is longer.</summary>
    public int BytesPerRequest { get; init; } = 8 << 20;

    /// <summary>How many requests of a bulk upload are on their way at once.</summary>
    public int RequestsInFlight { get; init; } = 4;

    /// <summary>How many reports of a bulk upload are sharded and encrypted at once.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>How long an HPKE configuration is used when the Aggregator does not tell.</summary>
    public TimeSpan DefaultHpkeConfigLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long reports that the Leader calls too early are uploaded again, unchanged, with waits as <see cref="BackOff"/>
    /// tells; by default not at all, and the application may upload the measurement later.
    /// </summary>
    public TimeSpan MaximumWaitForReportTime { get; init; } = TimeSpan.Zero;

    /// <summary>Whether uploads tell the Leader the task's configuration: set by <c>DapClient.ForAdvertisedTask</c>.</summary>
    internal bool AdvertiseTask { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(BackOff);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReportsPerRequest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerRequest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DefaultHpkeConfigLifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumWaitForReportTime, TimeSpan.Zero);
    }
}
