using System.Buffers;
using System.Buffers.Text;

namespace Janus.Testing;

/// <summary>Looks for secrets in texts that must not hold any, however they are encoded.</summary>
public sealed class SecretSearch
{
    // Shorter values would be found by chance.
    private const int MinimumLength = 8;

    private readonly List<(string Name, string Text)> _secrets = [];

    // All of them at once: a fixture has thousands of lines, and thousands of secrets.
    private SearchValues<string>? _any;

    /// <summary>Adds bytes that must appear neither in hexadecimal nor in base64 nor in base64url.</summary>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        if (secret.Length < MinimumLength)
        {
            throw new ArgumentException($"{name} is too short to be looked for", nameof(secret));
        }

        Add($"{name} in hexadecimal", Convert.ToHexString(secret));
        Add($"{name} in base64", Convert.ToBase64String(secret).TrimEnd('='));
        Add($"{name} in base64url", Base64Url.EncodeToString(secret));
    }

    /// <summary>Adds a text that must not appear.</summary>
    public void Add(string name, string secret)
    {
        _secrets.Add((name, secret));
        _any = null;
    }

    /// <summary>Adds what a task keeps secret.</summary>
    public void Add(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Add("the aggregator's token", task.AggregatorToken.Secret);
        Add("the collector's token", task.CollectorToken.Secret);
        Add("the verify key", task.VerifyKey);
        Add("the collector's private key", task.CollectorKeyPair.ExportPrivateKey());
    }

    /// <summary>The texts that hold a secret, each with the secret's name.</summary>
    public IReadOnlyList<string> FindIn(IEnumerable<string> texts)
    {
        SearchValues<string> any = _any ??= SearchValues.Create([.. _secrets.Select(secret => secret.Text)], StringComparison.OrdinalIgnoreCase);
        return
        [
            .. texts.Where(text => text.AsSpan().ContainsAny(any)).SelectMany(text => _secrets
                .Where(secret => text.Contains(secret.Text, StringComparison.OrdinalIgnoreCase))
                .Select(secret => $"{secret.Name}: {text}")),
        ];
    }
}
