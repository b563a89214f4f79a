using System.Collections.Concurrent;
using System.Diagnostics;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The values of attributes: lower-case words with underscores, of which there are few.</summary>
internal static class Label
{
    /// <summary>What a problem is called that DAP does not define.</summary>
    public const string Other = "other";

    private static readonly ConcurrentDictionary<Enum, string> Known = new();

    /// <summary>An attribute.</summary>
    public static KeyValuePair<string, object?> Of(string name, string value) => new(name, value);

    /// <summary>An attribute whose value is the name of a constant, such as <c>batch_collected</c>.</summary>
    public static KeyValuePair<string, object?> Of(string name, Enum value) => new(name, Text(value));

    /// <summary>The attribute <c>role</c>.</summary>
    public static KeyValuePair<string, object?> Of(Role role) => Of("role", role);

    /// <summary>The name of a constant, such as <c>batch_collected</c>.</summary>
    public static string Text(Enum value) => Known.GetOrAdd(value, constant => Words(constant.ToString()));

    /// <summary>The name of a problem, such as <c>batch_mismatch</c>.</summary>
    public static string Text(DapProblemType? problem) => problem is null ? Other : Words(problem.Token);

    /// <summary>The name of an activity's kind as an attribute: <c>aggregation job</c> is <c>aggregation_job</c>.</summary>
    public static string Snake(string words) => words.Replace(' ', '_');

    private static string Words(string name)
    {
        Debug.Assert(name.Length > 0, "a constant has a name");
        return string.Concat(name.Select((letter, i) =>
            char.IsUpper(letter) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()));
    }
}
