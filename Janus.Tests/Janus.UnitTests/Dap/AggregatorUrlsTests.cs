using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class AggregatorUrlsTests
{
    private const string Task = "tasks/8BY0RzZMzxvA46_8ymhzycOB9krN-QIGYvg_RsByGec";

    private static readonly AggregationJobId JobId =
        AggregationJobId.FromBytes(Convert.FromHexString("95ceda51e1a9752368b0d961f9466128"));

    [Test]
    public void The_drafts_example_holds() =>
        Assert.That(
            new AggregatorUrls(new Url("https://example.com/api/dap")).AggregationJob(Samples.TaskId, JobId).AbsoluteUri,
            Is.EqualTo($"https://example.com/api/dap/{Task}/aggregation_jobs/lc7aUeGpdSNosNlh-UZhKA"));

    [TestCase("https://example.com", "https://example.com/")]
    [TestCase("https://example.com/", "https://example.com/")]
    [TestCase("https://example.com/a/b", "https://example.com/a/b/")]
    [TestCase("https://example.com/a/b/", "https://example.com/a/b/")]
    [TestCase("http://localhost:8080/dap", "http://localhost:8080/dap/")]
    public void Resources_hang_below_the_endpoint_with_one_slash(string endpoint, string prefix)
    {
        AggregatorUrls urls = new(new Url(endpoint));

        Assert.That(urls.HpkeConfig().AbsoluteUri, Is.EqualTo(prefix + "hpke_config"));
        Assert.That(urls.Reports(Samples.TaskId).AbsoluteUri, Is.EqualTo($"{prefix}{Task}/reports"));
        Assert.That(urls.AggregationJobs(Samples.TaskId).AbsoluteUri, Is.EqualTo($"{prefix}{Task}/aggregation_jobs"));
        Assert.That(urls.CollectionJobs(Samples.TaskId).AbsoluteUri, Is.EqualTo($"{prefix}{Task}/collection_jobs"));
        Assert.That(urls.AggregateShares(Samples.TaskId).AbsoluteUri, Is.EqualTo($"{prefix}{Task}/aggregate_shares"));
        Assert.That(
            urls.CollectionJob(Samples.TaskId, CollectionJobId.FromBytes(JobId.ToArray())).AbsoluteUri,
            Is.EqualTo($"{prefix}{Task}/collection_jobs/{JobId}"));
        Assert.That(
            urls.AggregateShare(Samples.TaskId, AggregateShareId.FromBytes(JobId.ToArray())).AbsoluteUri,
            Is.EqualTo($"{prefix}{Task}/aggregate_shares/{JobId}"));
        Assert.That(urls.Endpoint.AbsoluteUri, Is.EqualTo(prefix));
    }

    [TestCase("example.com")]
    [TestCase("/dap")]
    [TestCase("ftp://example.com")]
    [TestCase("https://example.com/?a=b")]
    [TestCase("https://example.com/#a")]
    public void An_endpoint_that_is_no_plain_http_url_is_refused(string endpoint) =>
        Assert.That(() => new AggregatorUrls(new Url(endpoint)), Throws.ArgumentException);

    [TestCase("https://h.test/dap/tasks/t/aggregation_jobs/j?step=0", "https://h.test/dap/tasks/t/aggregation_jobs/j?step=0")]
    [TestCase("/dap/tasks/t/aggregation_jobs/j", "https://h.test/dap/tasks/t/aggregation_jobs/j")]
    [TestCase("aggregation_jobs/j", "https://h.test/dap/tasks/t/aggregation_jobs/j")]
    [TestCase("HTTPS://H.test:443/x", "https://h.test/x")]
    public void A_location_may_be_relative(string location, string expected) =>
        Assert.That(
            AggregatorUrls.ResolveLocation(
                new Uri("https://h.test/dap/tasks/t/aggregation_jobs"), new Uri(location, UriKind.RelativeOrAbsolute))?.AbsoluteUri,
            Is.EqualTo(expected));

    [TestCase("https://evil.test/x")]
    [TestCase("//evil.test/x")]
    [TestCase("http://h.test/x")]
    [TestCase("https://h.test:8443/x")]
    public void A_location_on_another_server_is_not_followed(string location) =>
        Assert.That(
            AggregatorUrls.ResolveLocation(new Uri("https://h.test/dap"), new Uri(location, UriKind.RelativeOrAbsolute)), Is.Null);

    [Test]
    public void A_missing_location_resolves_to_nothing() =>
        Assert.That(AggregatorUrls.ResolveLocation(new Uri("https://h.test/dap"), null), Is.Null);

    [TestCase("https://h.test/j", "https://h.test/j?step=3")]
    [TestCase("https://h.test/j?step=0", "https://h.test/j?step=3")]
    [TestCase("https://h.test/j?a=b&step=0&steps=7", "https://h.test/j?a=b&steps=7&step=3")]
    public void The_step_is_set_once(string location, string expected) =>
        Assert.That(AggregatorUrls.WithStep(new Uri(location), 3).AbsoluteUri, Is.EqualTo(expected));

    [Test]
    public void Route_templates_name_their_values()
    {
        Assert.That(DapRoute.AggregationJob, Is.EqualTo("tasks/{taskId}/aggregation_jobs/{aggregationJobId}"));
        Assert.That(DapRoute.CollectionJob, Is.EqualTo("tasks/{taskId}/collection_jobs/{collectionJobId}"));
        Assert.That(DapRoute.AggregateShare, Is.EqualTo("tasks/{taskId}/aggregate_shares/{aggregateShareId}"));
        Assert.That(DapRoute.Reports, Is.EqualTo("tasks/{taskId}/reports"));
    }
}
