using Spectre.Console;

namespace Janus.Cli;

/// <summary>Writes tables and progress: pretty on a terminal, plain and never cut elsewhere.</summary>
internal static class Terminal
{
    private const int WideEnough = 1000;

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
