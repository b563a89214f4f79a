using Janus.Dap;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class DapMediaTypeTests
{
    [TestCase("application/ppm-dap;message=upload-req")]
    [TestCase("application/ppm-dap; message=upload-req")]
    [TestCase("Application/PPM-DAP ; Message=\"upload-req\"")]
    [TestCase("application/ppm-dap;version=09;message=upload-req")]
    [TestCase("application/ppm-dap;message=upload-req;charset=utf-8")]
    public void Spelling_makes_no_difference(string contentType) =>
        Assert.That(DapMediaType.Matches(contentType, DapVersion.Newest.MediaTypes.UploadRequest), Is.True);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("application/ppm-dap")]
    [TestCase("application/ppm-dap;message=upload-errors")]
    [TestCase("application/ppm-dap;message=")]
    [TestCase("application/ppm-dap;message=upload-req;message=upload-errors")]
    [TestCase("application/ppm-dap;message=upload-req, application/ppm-dap;message=upload-req")]
    [TestCase("application/dap-report")]
    [TestCase("application/json;message=upload-req")]
    public void Another_media_type_does_not_match(string? contentType) =>
        Assert.That(DapMediaType.Matches(contentType, DapVersion.Newest.MediaTypes.UploadRequest), Is.False);

    [Test]
    public void A_problem_document_is_recognized_with_parameters() =>
        Assert.That(DapMediaType.Matches("application/problem+json; charset=utf-8", DapMediaType.Problem), Is.True);
}
