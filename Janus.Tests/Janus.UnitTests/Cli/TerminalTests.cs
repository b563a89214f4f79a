using Janus.Cli;
using Janus.Cli.Demo;
using Spectre.Console;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class TerminalTests
{
    private static readonly string[] Columns = ["task", "role", "VDAF"];

    [Test]
    public void A_list_that_fits_has_a_line_for_each_row() =>
        Assert.That(Lines(Listed(["a", "leader", "sum"], ["bbbbbb", "helper", "count"])), Is.EqualTo(new[]
        {
            "task    role    VDAF",
            "a       leader  sum",
            "bbbbbb  helper  count",
        }));

    [Test]
    public void A_list_that_does_not_fit_80_columns_has_a_card_for_each_row()
    {
        string wide = new('x', 70);
        Assert.That(Lines(Listed([wide, "leader", "sum"], ["b", "", "count"])), Is.EqualTo(new[]
        {
            $"task  {wide}",
            "role  leader",
            "VDAF  sum",
            "",
            "task  b",
            "VDAF  count",
        }));
    }

    [TestCase(68, 1)]
    [TestCase(69, 3)]
    public void Eighty_columns_are_the_limit(int length, int linesOfARow)
    {
        string[] lines = Lines(Listed([new string('x', length), "role", "VDAF"]));
        Assert.That(lines, Has.Length.EqualTo(linesOfARow == 1 ? 2 : 3));
        Assert.That(lines, Has.All.Length.LessThanOrEqualTo(80));
    }

    [Test]
    public async Task Progress_without_a_terminal_is_told_in_lines()
    {
        StringWriter output = new();
        IAnsiConsole console = Terminal.On(output);
        await DemoProgress.ShowAsync(console, progress =>
        {
            Action<long> uploaded = progress.Add("uploaded", 2000);
            uploaded(0);
            uploaded(500);
            uploaded(2000);
            uploaded(2000);
            progress.Add("collected", 1)(1);
            return Task.FromResult(true);
        });

        Assert.That(Lines(output.ToString()), Is.EqualTo(new[] { "uploaded 500 of 2,000", "uploaded 2,000 of 2,000", "collected 1 of 1" }));
    }

    private static string Listed(params string[][] rows)
    {
        StringWriter output = new();
        Terminal.WriteList(output, Columns, rows);
        return output.ToString();
    }

    private static string[] Lines(string text) => text.TrimEnd().Split(Environment.NewLine);
}
