using Janus.Cli;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class CsvColumnTests
{
    [TestCase("name,age\nAda,36\n\nAlan,41\n", "age", "2:36|4:41")]
    [TestCase("\uFEFFname;age\r\nAda; 36 \r\n", "age", "2:36")]
    [TestCase("name\tage\nAda\t36", "name", "2:Ada")]
    [TestCase("votes\n1;0;1\n0;0;1\n", "votes", "2:1;0;1|3:0;0;1")]
    [TestCase("name,age\n\"Lovelace, Ada\",36\n\"two\nlines\",7\n", "age", "2:36|3:7")]
    [TestCase("name,age\nAda,\n", "age", "2:")]
    public async Task Cells_are_read_with_their_lines(string content, string column, string expected)
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<(int Row, string Text)> cells = await CsvColumn.ReadAsync(folder.Write("x.csv", content), column);
        Assert.That(string.Join('|', cells.Select(cell => $"{cell.Row}:{cell.Text}")), Is.EqualTo(expected));
    }

    [TestCase("name,age\nAda,36\n", "Age", "no column \"Age\"; the columns are \"name\", \"age\"")]
    [TestCase("age,age\n1,2\n", "age", "\"age\" is the name of 2 columns")]
    [TestCase("", "age", "the first line is empty")]
    [TestCase("name,age\n", "age", "no rows below")]
    [TestCase("name,age\nAda,36\nAlan\n", "age", "line 3")]
    [TestCase("name,age\n\"Ada,36\n", "age", "line 2")]
    public void A_file_that_cannot_be_used_is_named_with_the_reason(string content, string column, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("x.csv", content);
        Assert.That(
            async () => await CsvColumn.ReadAsync(path, column),
            Throws.TypeOf<CliException>().With.Message.StartsWith(path).And.Message.Contains(expected));
    }

    [Test]
    public void A_missing_file_is_named() => Assert.That(
        async () => await CsvColumn.ReadAsync("/nowhere/x.csv", "age"),
        Throws.TypeOf<CliException>().With.Message.EqualTo("/nowhere/x.csv: no such file"));
}
