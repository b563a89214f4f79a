using Janus.Codec;

namespace Janus.Cli;

/// <summary>Reads the measurements to upload, as people wrote them, each with the place that an error names.</summary>
internal static class MeasurementTexts
{
    private const string StandardInput = "-";

    // Spreadsheets begin their files with it, and the console does not take it away.
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>
    /// Reads a file, or the standard input for <c>-</c>: the named column of a CSV file, or one measurement a line where no column
    /// is named. Blank lines are no measurements.
    /// </summary>
    /// <exception cref="CliException">The file is missing, unreadable or empty, or has no such column.</exception>
    public static async Task<IReadOnlyList<(string Place, string Text)>> ReadAsync(
        string path, string? column, TextReader standardInput, CancellationToken cancellationToken)
    {
        bool isFile = path != StandardInput;
        string name = isFile ? path : "standard input";
        IReadOnlyList<(int Row, string Text)> cells = column is null ? await ReadLinesAsync(name, isFile, standardInput, cancellationToken)
            : isFile ? await CsvColumn.ReadAsync(path, column, cancellationToken)
            : await CsvColumn.ReadTextAsync(name, (await standardInput.ReadToEndAsync(cancellationToken)).TrimStart(ByteOrderMark), column, cancellationToken);
        return [.. cells.Select(cell => ($"{name}, line {cell.Row}", cell.Text))];
    }

    private static async Task<IReadOnlyList<(int Row, string Text)>> ReadLinesAsync(
        string name, bool isFile, TextReader standardInput, CancellationToken cancellationToken)
    {
        try
        {
            using StreamReader? file = isFile ? new StreamReader(name) : null;
            TextReader lines = file ?? standardInput;
            List<(int Row, string Text)> texts = [];
            for (int row = 1; await lines.ReadLineAsync(cancellationToken) is { } line; row++)
            {
                string text = line.TrimStart(ByteOrderMark).Trim();
                if (text.Length > 0)
                {
                    texts.Add((row, text));
                }
            }

            return texts.Count > 0 ? texts : throw new CliException($"{name}: a measurement a line expected, there is none");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{name}: no such file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{name}: cannot be read: {Quote.MessageOf(failure)}", failure);
        }
    }
}
