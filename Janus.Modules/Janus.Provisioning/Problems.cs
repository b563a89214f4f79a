using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>Gathers everything that is wrong, so that an operator hears of it at once.</summary>
internal sealed class Problems
{
    private readonly List<ProvisioningProblem> _all = [];

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Adds a problem.</summary>
    public void Add(ProvisioningField? field, FormattableString message) => _all.Add(new ProvisioningProblem(field, message));

    /// <summary>Adds a problem, if there is one, as somebody else has put it.</summary>
    public void AddIfAny(ProvisioningField? field, string? mistake)
    {
        if (mistake is not null)
        {
            Add(field, $"{mistake}");
        }
    }

    /// <summary>A value, or a problem when it is refused.</summary>
    public T? Read<T>(ProvisioningField field, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception refusal) when (refusal is FormatException or ArgumentException or UnsupportedVdafException)
        {
            Add(field, $"{field}: {Quote.MessageOf(refusal)}");
            return null;
        }
    }

    /// <summary>A duration in a task's units; 0 with a problem when it is none.</summary>
    public ulong Units(ProvisioningField field, TimeSpan duration, TimePrecision precision)
    {
        RequireWholeSeconds(field, duration);
        ulong seconds = (ulong)Math.Max(0, duration.TotalSeconds);
        if (seconds % precision.Seconds == 0)
        {
            return seconds / precision.Seconds;
        }

        Add(field, $"{field}: a duration that is a multiple of the time precision {precision} expected, {seconds}s given");
        return 0;
    }

    /// <summary>Adds a problem with a duration that is not positive, or no whole number of seconds.</summary>
    public void RequireWholeSeconds(ProvisioningField field, TimeSpan? duration)
    {
        if (duration is { } given && (given <= TimeSpan.Zero || given.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            Add(field, $"{field}: a duration of whole seconds, at least 1, expected, {given.TotalSeconds}s given");
        }
    }

    /// <summary>Throws if anything is wrong.</summary>
    /// <exception cref="ProvisioningException">Something is.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
        {
            throw new ProvisioningException(_all);
        }
    }
}
