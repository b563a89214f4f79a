using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Janus.Cli;

/// <summary>Reads one column of a CSV file whose first row names the columns.</summary>
internal static class CsvColumn
{
    /// <summary>
    /// Reads the named column, whose rows are counted as a spreadsheet does: the names are row 1. Blank lines are not
    /// rows. Separators are commas, semicolons, tabs or bars, whichever the first row has.
    /// </summary>
    /// <exception cref="CliException">The file is missing, unreadable, empty or malformed, or has no such column.</exception>
    public static async Task<IReadOnlyList<(int Row, string Text)>> ReadAsync(
        string path, string columnName, CancellationToken cancellationToken = default)
    {
        try
        {
            using StreamReader file = new(path);
            using CsvReader csv = new(file, Configuration());
            int column = await FindColumnAsync(csv, path, columnName);
            List<(int Row, string Text)> cells = [];
            while (await csv.ReadAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
                cells.Add((csv.Context.Parser!.Row, Cell(csv, column, path)));
            }

            return cells.Count > 0 ? cells : throw new CliException($"{path}: no rows below the column names");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path}: cannot be read: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
        catch (BadDataException failure)
        {
            throw new CliException($"{path}: row {failure.Context?.Parser?.Row}: a quote is not closed or stands inside a cell", failure);
        }
    }

    private static CsvConfiguration Configuration() => new(CultureInfo.InvariantCulture)
    {
        DetectDelimiter = true,
        DetectDelimiterValues = [",", ";", "\t", "|"],
        TrimOptions = TrimOptions.Trim,
    };

    private static async Task<int> FindColumnAsync(CsvReader csv, string path, string columnName)
    {
        if (!await csv.ReadAsync() || !csv.ReadHeader() || csv.HeaderRecord is not { Length: > 0 } names)
            throw new CliException($"{path}: the file is empty, column names expected in the first row");

        int[] found = [.. Enumerable.Range(0, names.Length).Where(index => names[index] == columnName)];
        return found switch
        {
            [int column] => column,
            [] => throw new CliException($"{path}: no column \"{columnName}\"; the columns are {string.Join(", ", names)}"),
            _ => throw new CliException($"{path}: {found.Length} columns are named \"{columnName}\""),
        };
    }

    private static string Cell(CsvReader csv, int column, string path) => csv.TryGetField(column, out string? text)
        ? text ?? ""
        : throw new CliException($"{path}: row {csv.Context.Parser!.Row} has only {csv.Context.Parser.Count} columns");
}
