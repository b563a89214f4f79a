using Janus.Cli;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class MeasurementTextsTests
{
    [TestCase("1\n\n 22 \r\n3", null, "standard input, line 1:1|standard input, line 3:22|standard input, line 4:3")]
    [TestCase("name,age\nAda,36\n", "age", "standard input, line 2:36")]
    [TestCase("\uFEFF1\r\n2\r\n", null, "standard input, line 1:1|standard input, line 2:2")]
    [TestCase("\uFEFF\n2\n", null, "standard input, line 2:2")]
    [TestCase("\uFEFFage,name\r\n36,Ada\r\n", "age", "standard input, line 2:36")]
    public async Task Standard_input_is_read_as_lines_or_as_a_csv_file(string input, string? column, string expected) =>
        Assert.That(Text(await MeasurementTexts.ReadAsync("-", column, new StringReader(input), CancellationToken.None)), Is.EqualTo(expected));

    [Test]
    public async Task A_file_without_a_column_has_a_measurement_a_line()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("ages.txt", "36\n41\n");
        Assert.That(Text(await MeasurementTexts.ReadAsync(path, null, TextReader.Null, CancellationToken.None)), Is.EqualTo($"{path}, line 1:36|{path}, line 2:41"));
    }

    [TestCase("-", "standard input: a measurement a line expected, there is none")]
    [TestCase("/nowhere/ages.txt", "/nowhere/ages.txt: no such file")]
    public void What_cannot_be_read_is_told(string path, string expected) => Assert.That(
        async () => await MeasurementTexts.ReadAsync(path, null, new StringReader("\n"), CancellationToken.None),
        Throws.TypeOf<CliException>().With.Message.EqualTo(expected));

    private static string Text(IReadOnlyList<(string Place, string Text)> texts) => string.Join('|', texts.Select(text => $"{text.Place}:{text.Text}"));
}
