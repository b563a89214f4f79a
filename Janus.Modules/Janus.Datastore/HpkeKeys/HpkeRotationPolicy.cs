using System.Diagnostics.CodeAnalysis;
using Janus.Dap;
using Janus.Hpke;

namespace Janus.Datastore;

/// <summary>How long HPKE keys live, and of which ciphersuites there are some.</summary>
public sealed record HpkeRotationPolicy
{
    /// <summary>The ciphersuites; the first is announced first when several keys are equally old.</summary>
    public IReadOnlyList<HpkeSuite> Suites { get; init; } = [HpkeConfigs.MandatorySuite];

    /// <summary>How long a new key is known to all processes before it is announced.</summary>
    public TimeSpan PendingDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a key is announced.</summary>
    public TimeSpan ActiveDuration { get; init; } = TimeSpan.FromDays(84);

    /// <summary>How long a key is honoured when it is announced no more.</summary>
    public TimeSpan ExpiredDuration { get; init; } = TimeSpan.FromDays(14);

    /// <summary>When the key is due for its next state: announced, expired, or deleted.</summary>
    public DateTimeOffset NextChangeOf(HpkeKeyStatus key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Since + key.State switch
        {
            HpkeKeyState.Pending => PendingDuration,
            HpkeKeyState.Active => ActiveDuration,
            _ => ExpiredDuration,
        };
    }

    /// <summary>Whether a pending key has been known for long enough.</summary>
    internal bool IsDue(HpkeKeyStatus pending, DateTimeOffset now) => pending.CreatedAt + PendingDuration <= now;

    /// <summary>Whether reports may be on their way that only this key opens.</summary>
    internal bool IsInUse(HpkeKeyStatus key, DateTimeOffset now) => key.State switch
    {
        HpkeKeyState.Pending => key.ActivatedAt is not null,
        HpkeKeyState.Active => true,
        _ => key.ActivatedAt is not null && key.Since + ExpiredDuration > now,
    };

    /// <summary>Reads a ciphersuite as <see cref="HpkeSuite.ToString"/> writes it: <c>X25519HkdfSha256/HkdfSha256/Aes128Gcm</c>.</summary>
    public static bool TryParseSuite(string? text, [NotNullWhen(true)] out HpkeSuite? suite)
    {
        suite = null;
        string[] names = (text ?? "").Split('/', StringSplitOptions.TrimEntries);
        if (names.Length == 3 && TryRead(names[0], out HpkeKemId kem) && TryRead(names[1], out HpkeKdfId kdf) && TryRead(names[2], out HpkeAeadId aead))
        {
            suite = new HpkeSuite(kem, kdf, aead);
        }

        return suite is not null;
    }

    private static bool TryRead<T>(string name, out T value)
        where T : struct, Enum
    {
        value = default;
        return name.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse(name, ignoreCase: true, out value) && Enum.IsDefined(value);
    }
}
