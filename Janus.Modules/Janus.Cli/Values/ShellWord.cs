using System.Buffers;

namespace Janus.Cli.Values;

/// <summary>Writes a word so that a shell takes it as it is.</summary>
internal static class ShellWord
{
    private static readonly SearchValues<char> Harmless =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,@%+");

    /// <summary>The word, in single quotes where it needs some.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Harmless) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
