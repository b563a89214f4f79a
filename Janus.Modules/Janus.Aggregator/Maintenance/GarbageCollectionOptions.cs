using System.ComponentModel.DataAnnotations;
using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>When and how expired data are removed.</summary>
public sealed class GarbageCollectionOptions
{
    /// <summary>The wait between two rounds of a collector.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "7.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long expired data are kept after they have become invisible, so that a collection begun before can finish; it must
    /// be longer than the clocks of the processes differ and than any step of a job may take. The same in all processes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:10:00", "365.00:00:00")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The most rows that one transaction deletes.</summary>
    [Range(1, 100_000)]
    public int RowsPerTransaction { get; set; } = 1000;

    /// <summary>The wait after each transaction that deleted something, which is traffic's.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>So many deleted rows of a table have it vacuumed at the end of the round; 0 leaves that to PostgreSQL.</summary>
    [Range(0, long.MaxValue)]
    public long VacuumAfterRows { get; set; } = 10_000;

    /// <summary>How a round goes about.</summary>
    public GarbageCollectionLimits ToLimits() => new(GracePeriod, RowsPerTransaction, Pause, VacuumAfterRows);
}
