using System.Globalization;

namespace Janus.Dap;

/// <summary>The <c>Retry-After</c> header: RFC 9110 §10.2.3.</summary>
public static class RetryAfter
{
    private const int MaximumSeconds = int.MaxValue;

    /// <summary>Reads a number of seconds or an HTTP date, counted from <paramref name="now"/> and never negative.</summary>
    public static bool TryParse(string? value, DateTimeOffset now, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        string text = value?.Trim() ?? string.Empty;
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            // Digits that overflow are an answer too: very long.
            bool fits = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds);
            delay = TimeSpan.FromSeconds(fits ? seconds : MaximumSeconds);
            return true;
        }

        if (!DateTimeOffset.TryParseExact(
            text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
        {
            return false;
        }

        delay = date > now ? date - now : TimeSpan.Zero;
        return true;
    }

    /// <summary>Writes a delay in seconds, rounded up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static string Format(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        long seconds = (delay.Ticks / TimeSpan.TicksPerSecond) + (delay.Ticks % TimeSpan.TicksPerSecond > 0 ? 1 : 0);
        return Math.Min(seconds, MaximumSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
