using CsvHelper;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Cli;

/// <summary>Reads one column of a CSV file whose first line names the columns.</summary>
internal static class CsvColumn
{
    private static readonly char[] Separators = [',', ';', '\t', '|'];

    /// <summary>
    /// Reads the named column: for each record its line in the file and its cell. Blank lines are no records; the
    /// separator is a comma, semicolon, tab or bar, whichever the first line has most of.
    /// </summary>
    /// <exception cref="CliException">The file is missing, unreadable, empty or malformed, or has no such column.</exception>
    public static Task<IReadOnlyList<(int Row, string Text)>> ReadAsync(
        string path, string columnName, CancellationToken cancellationToken = default) =>
        GuardAsync(path, async () =>
        {
            await using CsvReader csv = CsvReader.FromFile(path, Options(FirstLineOf(path)));
            return await ReadAsync(csv, path, columnName, cancellationToken);
        });

    /// <summary>Reads the named column of a text, as of a file.</summary>
    /// <param name="name">What the text is called in an error.</param>
    /// <param name="text">The text.</param>
    /// <param name="columnName">The column.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CliException">The text is empty or malformed, or has no such column.</exception>
    public static Task<IReadOnlyList<(int Row, string Text)>> ReadTextAsync(
        string name, string text, string columnName, CancellationToken cancellationToken = default) =>
        GuardAsync(name, async () =>
        {
            await using CsvReader csv = CsvReader.FromText(text, Options(text.Split('\n', 2)[0]));
            return await ReadAsync(csv, name, columnName, cancellationToken);
        });

    /// <summary>Reads the names of the columns.</summary>
    /// <exception cref="CliException">The file is missing, unreadable or empty.</exception>
    public static Task<IReadOnlyList<string>> ReadNamesAsync(string path, CancellationToken cancellationToken = default) =>
        GuardAsync<IReadOnlyList<string>>(path, async () =>
        {
            await using CsvReader csv = CsvReader.FromFile(path, Options(FirstLineOf(path)));
            await csv.ReadHeaderAsync(cancellationToken);
            return csv.Headers.Any(name => name.Length > 0)
                ? [.. csv.Headers]
                : throw new CliException($"{path}: the first line is empty, the names of the columns expected");
        });

    private static async Task<IReadOnlyList<(int Row, string Text)>> ReadAsync(CsvReader csv, string path, string columnName, CancellationToken cancellationToken)
    {
        await csv.ReadHeaderAsync(cancellationToken);
        int column = Find(columnName, csv.Headers, path);
        List<(int Row, string Text)> cells = [];
        while (await csv.ReadAsync(cancellationToken))
        {
            cells.Add(((int)csv.LineNumber, csv.GetString(column)));
        }

        return cells.Count > 0 ? cells : throw new CliException($"{path}: no rows below the names of the columns");
    }

    private static async Task<T> GuardAsync<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path}: cannot be read: {Quote.MessageOf(failure)}", failure);
        }
        catch (CsvFormatException failure)
        {
            throw new CliException($"{path}, line {failure.LineNumber}: as many cells as columns, and closed quotes, expected", failure);
        }
    }

    // Only names decide: the elements of a vector stand in one cell, separated by semicolons.
    private static CsvReaderOptions Options(string names) => new()
    {
        Separator = Separators.MaxBy(separator => names.Count(character => character == separator)),
        TrimWhitespace = true,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        IncludeValuesInExceptions = false,
    };

    private static string FirstLineOf(string path) => File.ReadLines(path).FirstOrDefault() ?? "";

    private static int Find(string columnName, IReadOnlyList<string> names, string path)
    {
        if (names.All(name => name.Length == 0))
        {
            throw new CliException($"{path}: the first line is empty, the names of the columns expected");
        }

        int[] found = [.. Enumerable.Range(0, names.Count).Where(index => names[index] == columnName)];
        return found switch
        {
            [int column] => column,
            [] => throw new CliException($"{path}: no column {Quote.Of(columnName)}; the columns are {Quote.List(names)}"),
            _ => throw new CliException($"{path}: {Quote.Of(columnName)} is the name of {Plural.Of(found.Length, "column")}"),
        };
    }
}
