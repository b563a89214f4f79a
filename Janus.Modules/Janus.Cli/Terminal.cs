using Spectre.Console;

namespace Janus.Cli;

/// <summary>Writes tables and progress: pretty on a terminal, plain and never cut elsewhere.</summary>
internal static class Terminal
{
    private const int WideEnough = 1000;
    private const int StandardWidth = 80;
    private const string Gap = "  ";

    /// <summary>A console on <paramref name="writer"/>.</summary>
    public static IAnsiConsole On(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WideEnough;
        }

        return console;
    }

    /// <summary>
    /// Writes a list: a line for each row below the names of the columns where that fits, and a card for each row where it does not.
    /// What fits is the width of a terminal, and 80 characters elsewhere.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">The cells of each row, as many as there are columns; what is empty is left out of a card.</param>
    public static void WriteList(TextWriter output, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        int width = console.Profile.Out.IsTerminal ? console.Profile.Width : StandardWidth;
        int[] widths = [.. columns.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max())];
        if (widths.Sum() + (Gap.Length * (widths.Length - 1)) <= width)
        {
            foreach (IReadOnlyList<string> row in rows.Prepend<IReadOnlyList<string>>(columns))
            {
                output.WriteLine(string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            }

            return;
        }

        int nameWidth = columns.Max(name => name.Length);
        foreach ((int index, string[] row) in rows.Index())
        {
            output.Write(index == 0 ? "" : Environment.NewLine);
            foreach ((string name, string cell) in columns.Zip(row).Where(pair => pair.Second.Length > 0))
            {
                output.WriteLine($"{name.PadRight(nameWidth)}{Gap}{cell}");
            }
        }
    }

    /// <summary>A table with a header, or without one when no names are given.</summary>
    public static Table Table(params string[] columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)) { NoWrap = true });
        }

        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void AddPlainRow(this Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Text(cell))]);
}
