using CsvHelper;
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
    public static async Task<IReadOnlyList<(int Row, string Text)>> ReadAsync(
        string path, string columnName, CancellationToken cancellationToken = default)
    {
        try
        {
            CsvReaderOptions options = new()
            {
                Separator = SeparatorOf(path),
                TrimWhitespace = true,
                TrackLineNumbers = true,
                MalformedData = CsvMalformedDataHandling.Throw,
                FieldCountMismatch = CsvFieldCountHandling.Throw,
                IncludeValuesInExceptions = false,
            };
            await using CsvReader csv = CsvReader.FromFile(path, options);
            await csv.ReadHeaderAsync(cancellationToken);
            int column = Find(columnName, csv.Headers, path);
            List<(int Row, string Text)> cells = [];
            while (await csv.ReadAsync(cancellationToken))
            {
                cells.Add(((int)csv.LineNumber, csv.GetString(column)));
            }

            return cells.Count > 0 ? cells : throw new CliException($"{path}: no rows below the names of the columns");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path}: cannot be read: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
        catch (CsvFormatException failure)
        {
            throw new CliException($"{path}, line {failure.LineNumber}: as many cells as columns, and closed quotes, expected", failure);
        }
    }

    // Only names decide: the elements of a vector stand in one cell, separated by semicolons.
    private static char SeparatorOf(string path)
    {
        string names = File.ReadLines(path).FirstOrDefault() ?? "";
        return Separators.MaxBy(separator => names.Count(character => character == separator));
    }

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
            [] => throw new CliException($"{path}: no column \"{columnName}\"; the columns are {string.Join(", ", names)}"),
            _ => throw new CliException($"{path}: \"{columnName}\" is the name of {Plural.Of(found.Length, "column")}"),
        };
    }
}
