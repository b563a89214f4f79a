namespace Janus.Aggregator;

/// <summary>Decides when to warn that a certificate of ours is about to expire: two weeks before, and once a day from then on.</summary>
internal sealed class CertificateExpiry
{
    private static readonly TimeSpan Before = TimeSpan.FromDays(14);
    private static readonly TimeSpan Between = TimeSpan.FromDays(1);
    private (DateTimeOffset NotAfter, DateTimeOffset At)? _warned;

    /// <summary>Whether to warn now; another certificate is warned of anew.</summary>
    public bool IsDue(DateTimeOffset notAfter, DateTimeOffset now)
    {
        bool isSoon = notAfter - now < Before;
        bool isTold = _warned is { } warned && warned.NotAfter == notAfter && now - warned.At < Between;
        if (!isSoon || isTold)
        {
            return false;
        }

        _warned = (notAfter, now);
        return true;
    }
}
