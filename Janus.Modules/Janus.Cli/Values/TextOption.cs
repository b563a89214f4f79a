using System.CommandLine;
using System.CommandLine.Parsing;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Cli.Values;

/// <summary>Makes options whose text is read by a function; what it refuses is reported as wrong usage.</summary>
internal static class TextOption
{
    /// <summary>An option with the value that <paramref name="parse"/> reads.</summary>
    public static Option<T> Create<T>(string name, string helpName, string description, Func<string, T> parse) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => Read(result, name, () => parse(result.Tokens.Single().Value)),
    };

    /// <summary>Reads the value of an argument; what is refused is reported under the option's name.</summary>
    public static T? Read<T>(ArgumentResult result, string name, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or UnsupportedVdafException)
        {
            result.AddError($"{name}: {Quote.MessageOf(failure)}");
            return default;
        }
    }

    /// <summary>An option that takes one of the given names.</summary>
    public static Option<T> Choice<T>(string name, string description, IReadOnlyDictionary<string, T> choices) =>
        Create(name, string.Join('|', choices.Keys), description, text => choices.TryGetValue(text, out T? value)
            ? value
            : throw new FormatException($"{string.Join(", ", choices.Keys.SkipLast(1))} or {choices.Keys.Last()} expected, {Quote.Of(text)} given{Spelling.Suggestion(text, choices.Keys)}"));
}
