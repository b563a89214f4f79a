using System.ComponentModel.DataAnnotations;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>
/// Which tasks that Clients and Leaders advertise are opted into: section <c>Aggregator:Taskprov</c>, Taskprov (provisioning-a-task).
/// </summary>
/// <remarks>Only tasks that are new here are held against it: once opted in, a task is served to its end.</remarks>
public sealed class TaskprovOptions : IValidatableObject
{
    private static readonly VdafType[] ImplementedVdafs = [.. VdafRegistry.All.Select(vdaf => vdaf.Type)];

    private static readonly BatchMode[] ImplementedBatchModes = [BatchMode.TimeInterval, BatchMode.LeaderSelected];

    /// <summary>Whether new tasks are opted into at all. If not, the header is ignored.</summary>
    public bool Enabled { get; set; }

    /// <summary>The URLs by which tasks name this Aggregator; a slash at the end makes no difference.</summary>
    public IReadOnlyList<Uri> Endpoints { get; set; } = [];

    /// <summary>The VDAFs that a task may use.</summary>
    public IReadOnlyList<VdafType> Vdafs { get; set; } = ImplementedVdafs;

    /// <summary>The most that a measurement may add to an element of the result: the maximum of a Prio3Sum or Prio3SumVec.</summary>
    [Range(1L, long.MaxValue)]
    public long MaximumMeasurement { get; set; } = uint.MaxValue;

    /// <summary>The most elements of a vector, or buckets of a histogram.</summary>
    [Range(1, int.MaxValue)]
    public int MaximumLength { get; set; } = 100_000;

    /// <summary>The most bytes that a report's shares may have together: it bounds what the parameters of a VDAF cost together.</summary>
    [Range(1L, 1L << 30)]
    public long MaximumReportBytes { get; set; } = 4L << 20;

    /// <summary>The batch modes that a task may use.</summary>
    public IReadOnlyList<BatchMode> BatchModes { get; set; } = ImplementedBatchModes;

    /// <summary>The least that a task's minimum batch size may be.</summary>
    [Range(1L, long.MaxValue)]
    public long MinimumBatchSize { get; set; } = 100;

    /// <summary>The shortest time precision of a task.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MinimumTimePrecision { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest time precision of a task.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MaximumTimePrecision { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Whether a task must have a <c>task_interval</c>. One without it never ends.</summary>
    public bool RequireTaskInterval { get; set; } = true;

    /// <summary>How long a task with a <c>task_interval</c> may last, and how far ahead it may start.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan MaximumLifetime { get; set; } = TimeSpan.FromDays(366);

    /// <summary>The most tasks that one peer may have here at once.</summary>
    [Range(1, int.MaxValue)]
    public int MaximumTasks { get; set; } = 10_000;

    /// <summary>The most new tasks that are opted into for one peer within <see cref="NewTasksPeriod"/>. Beyond that they are answered with 429 and Retry-After.</summary>
    [Range(1, int.MaxValue)]
    public int MaximumNewTasks { get; set; } = 100;

    /// <summary>The period of <see cref="MaximumNewTasks"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan NewTasksPeriod { get; set; } = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && Endpoints.Count == 0)
        {
            yield return new ValidationResult("the URLs by which tasks name this aggregator are needed", [nameof(Endpoints)]);
        }

        foreach (Uri endpoint in Endpoints.Where(endpoint => TaskprovEndpoints.Normalize(endpoint.OriginalString) is null))
        {
            yield return new ValidationResult($"{Quote.Of(endpoint)} is not an http or https URL without query and fragment", [nameof(Endpoints)]);
        }

        foreach (VdafType vdaf in Vdafs.Except(ImplementedVdafs))
        {
            yield return new ValidationResult($"{vdaf} is not implemented", [nameof(Vdafs)]);
        }

        foreach (BatchMode mode in BatchModes.Except(ImplementedBatchModes))
        {
            yield return new ValidationResult($"{mode} is not a batch mode", [nameof(BatchModes)]);
        }

        if (MinimumTimePrecision > MaximumTimePrecision)
        {
            yield return new ValidationResult($"expected at most {nameof(MaximumTimePrecision)}", [nameof(MinimumTimePrecision)]);
        }
    }
}
