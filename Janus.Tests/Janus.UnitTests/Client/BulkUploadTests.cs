using System.Runtime.CompilerServices;
using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Client;

[TestFixture]
public sealed class BulkUploadTests
{
    private readonly HttpClient _http = new(DapHttpHandler.Create());
    private HastyTimeProvider _clock = null!;
    private ScriptedAggregators _aggregators = null!;

    [SetUp]
    public void StartAggregators()
    {
        _clock = new HastyTimeProvider();
        _aggregators = new ScriptedAggregators(VdafDescription.Sum(1000));
    }

    [TearDown]
    public async Task StopAggregators() => await _aggregators.DisposeAsync();

    [OneTimeTearDown]
    public void DisposeHttpClient() => _http.Dispose();

    [Test]
    public async Task Two_thousand_measurements_arrive_in_few_requests_and_progress_never_goes_back()
    {
        ulong[] numbers = [.. Enumerable.Range(0, 2000).Select(i => (ulong)(i % 1001))];
        RecordingProgress progress = new();

        UploadSummary summary = await Client().UploadAsync(numbers.Select(Measurement.FromNumber).ToList(), progress);

        Assert.That(summary.Accepted, Is.EqualTo(2000));
        Assert.That(summary.IsComplete, Is.True);
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(4));
        Assert.That(_aggregators.ConfigRequests("leader"), Is.EqualTo(1));
        Assert.That(progress.Reports.Select(report => report.Accepted), Is.Ordered.And.Contains(2000L));
        Assert.That(progress.Reports.Select(report => report.Sealed), Is.Ordered);
        Assert.That(progress.Reports.Select(report => report.Total), Is.All.EqualTo(2000L));
        Assert.That(progress.Reports, Has.Count.EqualTo(4));
        UInt128 sum = numbers.Aggregate(UInt128.Zero, (total, number) => total + number);
        Assert.That(_aggregators.DapTask.AggregateResult(_aggregators.Stored), Is.EqualTo(new[] { sum }));
    }

    [Test]
    public async Task Each_failure_is_told_with_the_position_of_its_measurement()
    {
        _aggregators.Refuse = position => position % 10 == 3 ? ReportError.ReportTooEarly : null;
        ulong[] numbers = [.. Enumerable.Range(0, 100).Select(i => i == 77 ? 1001UL : (ulong)i)];

        UploadSummary summary = await Client().UploadAsync(numbers.Select(Measurement.FromNumber));

        Assert.That(summary.Accepted, Is.EqualTo(89));
        Assert.That(summary.Refused, Is.EqualTo(10));
        Assert.That(summary.Invalid, Is.EqualTo(1));
        Assert.That(summary.Errors[ReportError.ReportTooEarly], Is.EqualTo(10));
        ReportOutcome invalid = summary.Failures.Single(failure => failure.InvalidMeasurement is not null);
        Assert.That(invalid.Index, Is.EqualTo(77));
        Assert.That(invalid.ReportId, Is.Null);

        // What was stored is exactly the sum of the positions that are not among the failures.
        UInt128 expected = Sum(Enumerable.Range(0, 100).Where(i => summary.Failures.All(failure => failure.Index != i)));
        Assert.That(_aggregators.DapTask.AggregateResult(_aggregators.Stored), Is.EqualTo(new[] { expected }));
    }

    [Test]
    public async Task Outcomes_are_yielded_one_for_each_measurement()
    {
        List<ReportOutcome> outcomes = [];
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(3600 * 500);
        await foreach (ReportOutcome outcome in Client(reportsPerRequest: 7).UploadEachAsync(
            Numbers(50).Select(number => new TimedMeasurement(number, time))))
        {
            outcomes.Add(outcome);
        }

        Assert.That(outcomes.Select(outcome => outcome.Index), Is.EquivalentTo(Enumerable.Range(0, 50).Select(i => (long)i)));
        Assert.That(outcomes, Has.All.Property(nameof(ReportOutcome.IsAccepted)).True);
        Assert.That(
            outcomes.Select(outcome => outcome.ReportId), Is.EquivalentTo(_aggregators.Stored.Select(report => report.ReportMetadata.ReportId)));
        Assert.That(_aggregators.Stored.Select(report => report.ReportMetadata.Time), Is.All.EqualTo(new Time(500)));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(8));
    }

    [Test]
    public async Task Requests_stay_below_the_limit_of_bytes()
    {
        DapClient client = Client(new DapClientOptions { BytesPerRequest = 3000, TimeProvider = _clock });

        await client.UploadAsync(Numbers(30));

        Assert.That(_aggregators.Stored, Has.Count.EqualTo(30));
        Assert.That(_aggregators.Uploads.Select(upload => upload.Body.Length), Is.All.InRange(1, 3000));
        Assert.That(_aggregators.Uploads, Has.Count.LessThan(30));
    }

    [Test]
    public async Task Request_whose_answer_broke_off_counts_its_reports_once()
    {
        _aggregators.Script = (request, count, normally) => ScriptedAggregators.IsUpload(request) && count % 2 == 1
            ? normally() with { BreaksOff = true }
            : normally();

        UploadSummary summary = await Client(new DapClientOptions { RequestsInFlight = 1, ReportsPerRequest = 20, TimeProvider = _clock })
            .UploadAsync(Numbers(40));

        Assert.That(summary.Accepted, Is.EqualTo(40));
        Assert.That(_aggregators.Stored, Has.Count.EqualTo(40));
        Assert.That(_aggregators.Uploads, Has.Count.EqualTo(4));
        Assert.That(_aggregators.Uploads[1].Body, Is.EqualTo(_aggregators.Uploads[0].Body));
    }

    [Test]
    public async Task Nothing_to_upload_sends_nothing()
    {
        UploadSummary summary = await Client().UploadAsync(Array.Empty<Measurement>());

        Assert.That(summary.Accepted, Is.Zero);
        Assert.That(_aggregators.Server.Requests, Is.Empty);
    }

    [Test]
    public void Refused_request_ends_the_upload_with_its_problem()
    {
        _aggregators.Script = (request, _, normally) => ScriptedAggregators.IsUpload(request)
            ? Answer.Problem(DapProblemType.InvalidMessage, "no")
            : normally();

        Assert.That(
            () => Client(reportsPerRequest: 5).UploadAsync(Endless()),
            Throws.InstanceOf<DapResponseException>().With.Property("Type").SameAs(DapProblemType.InvalidMessage));
    }

    [Test]
    public void Aggregator_without_configurations_ends_the_upload()
    {
        _aggregators.Script = (_, _, _) => Answer.Text(404, "no");

        Assert.That(() => Client().UploadAsync(Endless()), Throws.InstanceOf<DapResponseException>());
        Assert.That(_aggregators.Uploads, Is.Empty);
    }

    [Test]
    public void Source_that_fails_ends_the_upload_with_its_exception() =>
        Assert.That(() => Client(reportsPerRequest: 5).UploadAsync(Failing()), Throws.TypeOf<InvalidDataException>());

    [Test]
    public async Task Upload_without_end_can_be_canceled()
    {
        using CancellationTokenSource stop = new();
        Task upload = Client(reportsPerRequest: 5).UploadAsync(Endless(), new RecordingProgress(_ => stop.Cancel()), stop.Token);

        Assert.That(() => upload, Throws.InstanceOf<OperationCanceledException>());
        await AssertUploadsEndAsync();
    }

    [Test]
    public async Task Enumeration_that_is_left_early_stops_the_upload()
    {
        await foreach (ReportOutcome _ in Client(reportsPerRequest: 5).UploadEachAsync(
            Endless().Select(number => new TimedMeasurement(number, _clock.GetUtcNow()))))
        {
            break;
        }

        await AssertUploadsEndAsync();
    }

    [Test]
    public async Task Slow_leader_keeps_a_long_upload_from_running_ahead()
    {
        using ManualResetEventSlim release = new();
        _aggregators.Script = (request, _, normally) =>
        {
            if (ScriptedAggregators.IsUpload(request))
            {
                release.Wait(TimeSpan.FromSeconds(20));
            }

            return normally();
        };
        int taken = 0;
        Task<UploadSummary> upload = Client(new DapClientOptions { RequestsInFlight = 2, ReportsPerRequest = 10, TimeProvider = _clock })
            .UploadAsync(Numbers(5000).Select(number =>
            {
                Interlocked.Increment(ref taken);
                return number;
            }));

        await Task.Delay(300);
        Assert.That(Volatile.Read(ref taken), Is.LessThan(200));
        release.Set();
        Assert.That((await upload).Accepted, Is.EqualTo(5000));
    }

    [Test]
    public void Report_is_decoded_as_it_was_built()
    {
        TestTask task = _aggregators.DapTask;
        DapReportBuilder builder = new(task.Id, task.Configuration, task.Leader.Config, task.Helper.Config)
        {
            PublicExtensions = [new ReportExtension((ReportExtensionType)5, new byte[] { 1 })],
        };

        Report report = builder.Build(Measurement.FromNumber(999), new Time(12));

        Assert.That(WireMessage.Decode<Report>(WireMessage.Encode(report)), Is.EqualTo(report));
        Assert.That(report.ReportMetadata.PublicExtensions, Is.EqualTo(builder.PublicExtensions));
        Assert.That(task.AggregateResult([report]), Is.EqualTo(new UInt128[] { 999 }));
    }

    // A request that was on its way may still arrive; an upload that went on would never let the count rest.
    private async Task AssertUploadsEndAsync()
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int sent = _aggregators.Uploads.Count;
            await Task.Delay(100);
            if (_aggregators.Uploads.Count == sent)
            {
                return;
            }
        }

        Assert.Fail("the upload goes on");
    }

    private static UInt128 Sum(IEnumerable<int> numbers) =>
        numbers.Aggregate(UInt128.Zero, (total, number) => total + (UInt128)number);

    private static IAsyncEnumerable<Measurement> Numbers(int count) =>
        Enumerable.Range(0, count).Select(i => Measurement.FromNumber((ulong)i % 1000)).ToAsyncEnumerable();

    private static async IAsyncEnumerable<Measurement> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return Measurement.FromNumber(1);
        }
    }

    private static async IAsyncEnumerable<Measurement> Failing()
    {
        for (int i = 0; i < 12; i++)
        {
            await Task.Yield();
            yield return Measurement.FromNumber(1);
        }

        throw new InvalidDataException("the file ends here");
    }

    private DapClient Client(int reportsPerRequest = 500) =>
        Client(new DapClientOptions { ReportsPerRequest = reportsPerRequest, TimeProvider = _clock });

    private DapClient Client(DapClientOptions options) =>
        new(_aggregators.DapTask.Id, _aggregators.DapTask.Configuration, _http, options);
}
