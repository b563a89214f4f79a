using System.Text;
using Janus.Dap;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class DapProblemTests
{
    private static readonly string[] DraftTokens =
    [
        "invalidMessage", "unrecognizedTask", "unrecognizedAggregationJob", "batchInvalid", "invalidBatchSize",
        "invalidAggregationParameter", "batchMismatch", "stepMismatch", "batchOverlap", "unsupportedExtension", "invalidExtension",
        "invalidTask",
    ];

    [Test]
    public void All_error_types_of_the_draft_are_there() =>
        Assert.That(DapProblemType.All.Select(type => type.Token), Is.EqualTo(DraftTokens));

    [TestCaseSource(typeof(DapProblemType), nameof(DapProblemType.All))]
    public void A_type_is_found_by_its_urn_and_is_a_client_error(DapProblemType type)
    {
        Assert.That(DapProblemType.FromUrn($"urn:ietf:params:ppm:dap:error:{type.Token}"), Is.SameAs(type));
        Assert.That((int)type.Status, Is.InRange(400, 499));
        Assert.That(type.Title, Is.Not.Empty);
        Assert.That(type.Title[0], Is.EqualTo(char.ToLowerInvariant(type.Title[0])));
    }

    [Test]
    public void Other_types_are_not_daps()
    {
        Assert.That(DapProblemType.FromUrn("urn:ietf:params:ppm:dap:error:nope"), Is.Null);
        Assert.That(DapProblemType.FromUrn("invalidMessage"), Is.Null);
        Assert.That(DapProblemType.FromUrn(null), Is.Null);
    }

    [Test]
    public void An_abort_becomes_a_document()
    {
        DapProblemException exception = new(DapProblemType.UnsupportedExtension, "extensions 23 and 42 are not supported", Samples.TaskId)
        {
            UnsupportedExtensions = [23, 42],
        };

        Assert.That(
            Encoding.UTF8.GetString(exception.ToProblem().ToJson()),
            Is.EqualTo(
                "{\"type\":\"urn:ietf:params:ppm:dap:error:unsupportedExtension\",\"title\":\"an extension is not supported\","
                + "\"status\":400,\"detail\":\"extensions 23 and 42 are not supported\","
                + "\"taskid\":\"8BY0RzZMzxvA46_8ymhzycOB9krN-QIGYvg_RsByGec\",\"unsupported_extensions\":[23,42]}"));
    }

    [Test]
    public void What_is_not_known_is_left_out()
    {
        string json = Encoding.UTF8.GetString(new DapProblemException(DapProblemType.UnrecognizedTask, "the task is not known").ToProblem().ToJson());

        Assert.That(json, Does.Not.Contain("taskid").And.Not.Contain("unsupported_extensions"));
        Assert.That(json, Does.Contain("\"status\":404"));
    }

    [Test]
    public void A_document_is_read_back()
    {
        DapProblem problem = new DapProblemException(DapProblemType.BatchMismatch, "300 reports expected, 299 given", Samples.TaskId).ToProblem();

        DapProblem? parsed = DapProblem.TryParse(problem.ToJson());

        Assert.That(parsed, Is.EqualTo(problem));
        Assert.That(parsed!.DapType, Is.SameAs(DapProblemType.BatchMismatch));
        Assert.That(parsed.ToString(), Is.EqualTo("409, batchMismatch: \"300 reports expected, 299 given\""));
    }

    [Test]
    public void Members_of_other_specifications_are_ignored()
    {
        DapProblem? parsed = DapProblem.TryParse("""{"type":"about:blank","instance":"/x","extra":[1]}"""u8);

        Assert.That(parsed!.Type, Is.EqualTo("about:blank"));
        Assert.That(parsed.DapType, Is.Null);
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("<html>")]
    [TestCase("{\"type\":1}")]
    [TestCase("{\"unsupported_extensions\":[70000]}")]
    public void Anything_else_is_not_a_document(string json) =>
        Assert.That(DapProblem.TryParse(Encoding.UTF8.GetBytes(json)), Is.Null);
}
