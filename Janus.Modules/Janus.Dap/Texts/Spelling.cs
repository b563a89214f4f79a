namespace Janus.Dap;

/// <summary>Finds the name that somebody meant who mistyped it.</summary>
public static class Spelling
{
    private const int MaximumDistance = 2;
    private const int LongestWord = 64;

    /// <summary>What to append to an error about an unknown word: <c>; did you mean list?</c>, or nothing when no name is near.</summary>
    /// <param name="word">The unknown word.</param>
    /// <param name="names">The names that are known.</param>
    public static string Suggestion(string word, IEnumerable<string> names) => Nearest(word, names) is { } near ? $"; did you mean {near}?" : "";

    /// <summary>The name that is nearest to a word, at most two letters away and nearer than half of it; <see langword="null"/> if none is.</summary>
    /// <param name="word">The unknown word; upper and lower case are the same.</param>
    /// <param name="names">The names that are known.</param>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(names);
        return word.Length > LongestWord ? null : names
            .Select(name => (Name: name, Distance: Distance(name.ToUpperInvariant(), word.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= MaximumDistance && 2 * candidate.Distance < candidate.Name.Length)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    // Letters left out, added, replaced, or exchanged with their neighbours.
    private static int Distance(string left, string right)
    {
        int[,] distances = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                int best = Math.Min(Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1, distances[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                bool isExchanged = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                distances[i, j] = isExchanged ? Math.Min(best, distances[i - 2, j - 2] + 1) : best;
            }
        }

        return distances[left.Length, right.Length];
    }
}
