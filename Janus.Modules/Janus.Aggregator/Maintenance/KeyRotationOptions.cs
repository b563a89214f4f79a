using System.ComponentModel.DataAnnotations;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;

namespace Janus.Aggregator;

/// <summary>How HPKE keys follow each other: section <c>Aggregator:KeyRotation</c>, the same for all processes.</summary>
public sealed class KeyRotationOptions : IValidatableObject
{
    // Of the 256 configuration IDs, some for keys that are made by hand.
    private const int MostKeys = 200;

    // Without a notification a process sees a new key at its next look; a look may fail.
    private const int LooksUntilSeen = 6;

    /// <summary>The ciphersuites of which there is always a key, such as <c>X25519HkdfSha256/HkdfSha256/Aes128Gcm</c>.</summary>
    public IReadOnlyList<string> Ciphersuites { get; set; } = [HpkeConfigs.MandatorySuite.ToString()];

    /// <summary>How long a new key only decrypts, so that every process knows it when it is announced.</summary>
    public TimeSpan PendingDuration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a key is announced.</summary>
    public TimeSpan ActiveDuration { get; set; } = TimeSpan.FromDays(84);

    /// <summary>
    /// How long a key still decrypts when it is announced no more: at least twice the time for which Clients may cache it
    /// (DAP §4.4.1, hpke-config), and as long as reports may wait to be aggregated.
    /// </summary>
    public TimeSpan ExpiredDuration { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How often the role <c>key-rotator</c> looks whether something is due.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "expected between {1} and {2}")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The options as the datastore takes them.</summary>
    /// <exception cref="FormatException">A ciphersuite cannot be read.</exception>
    public HpkeRotationPolicy ToPolicy() => new()
    {
        Suites = [.. Ciphersuites.Select(text => HpkeRotationPolicy.TryParseSuite(text, out HpkeSuite? suite)
            ? suite.Value
            : throw new FormatException($"{Quote.Of(text)} is not a ciphersuite"))],
        PendingDuration = PendingDuration,
        ActiveDuration = ActiveDuration,
        ExpiredDuration = ExpiredDuration,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Ciphersuites.Count == 0)
        {
            yield return Mistake("at least one is needed, or Clients could not encrypt anything", nameof(Ciphersuites));
        }

        HashSet<HpkeSuite> suites = [];
        foreach (string text in Ciphersuites)
        {
            if (!HpkeRotationPolicy.TryParseSuite(text, out HpkeSuite? suite))
            {
                yield return Mistake($"{Quote.Of(text)} is not KEM/KDF/AEAD, such as {HpkeConfigs.MandatorySuite}; {Names<HpkeKemId>("KEMs")}, {Names<HpkeKdfId>("KDFs")}, {Names<HpkeAeadId>("AEADs")}", nameof(Ciphersuites));
            }
            else if (!suite.Value.IsSupported)
            {
                yield return Mistake($"this machine does not support {suite}", nameof(Ciphersuites));
            }
            else if (!suites.Add(suite.Value))
            {
                yield return Mistake($"{suite} is there twice", nameof(Ciphersuites));
            }
        }

        TimeSpan seen = LooksUntilSeen * HpkeKeyring.ReloadInterval;
        if (PendingDuration < seen)
        {
            yield return Mistake($"expected at least {seen}: by then every process has read a new key, though its first looks fail", nameof(PendingDuration));
        }

        if (ActiveDuration <= PendingDuration)
        {
            yield return Mistake("expected longer than PendingDuration: a key's successor is made that long before its end", nameof(ActiveDuration));
        }
        else if (ExpiredDuration > TimeSpan.Zero && KeysOfSuite * Ciphersuites.Count > MostKeys)
        {
            yield return Mistake($"with this ExpiredDuration there would be {KeysOfSuite * Ciphersuites.Count:F0} keys at a time: expected at most {MostKeys}, since there are 256 configuration IDs", nameof(ActiveDuration));
        }
    }

    /// <summary>What does not go together with the time for which Clients may cache configurations.</summary>
    internal IEnumerable<ValidationResult> ValidateWith(TimeSpan cacheLifetime)
    {
        if (ExpiredDuration < 2 * cacheLifetime)
        {
            yield return Mistake(
                $"expected at least {2 * cacheLifetime}, twice HpkeConfigCacheLifetime: Clients encrypt to a key as long as they may cache it, and their reports would be refused",
                $"KeyRotation.{nameof(ExpiredDuration)}");
        }
    }

    private double KeysOfSuite => 2 + Math.Ceiling((ExpiredDuration + PendingDuration) / ActiveDuration);

    private static string Names<T>(string what)
        where T : struct, Enum => $"{what}: {string.Join(", ", Enum.GetNames<T>())}";

    private static ValidationResult Mistake(string text, string member) => new(text, [member]);
}
