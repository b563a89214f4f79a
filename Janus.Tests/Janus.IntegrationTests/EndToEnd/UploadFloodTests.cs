using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>More uploads than the database takes.</summary>
public sealed class UploadFloodTests : EndToEndFixture
{
    private const int Buckets = 2000;
    private const int Senders = 64;
    private const int ReportsPerRequest = 10;
    private const long Memory = 16 << 20;

    [Test]
    [CancelAfter(300_000)]
    public async Task Flood_of_uploads_is_refused_with_flat_memory_and_everything_is_served_right_after()
    {
        Deployment deployment = await DeployAsync(("Aggregator__Upload__MaximumMemory", $"{Memory}"));
        Task<AggregatorProcess> starting = deployment.StartLeaderAsync([Deployment.Aggregator], Token);
        await deployment.StartHelperAsync([Deployment.Aggregator], Token);
        AggregatorProcess leader = await starting;
        DeployedTask noisy = await AddTaskAsync(deployment, VdafDescription.Histogram(Buckets), BatchMode.TimeInterval, 1);
        DeployedTask quiet = await AddTaskAsync(deployment, VdafDescription.Count(), BatchMode.TimeInterval, 1);
        byte[][] bodies = await BodiesAsync(noisy, Senders);
        byte[] one = (await BodiesAsync(quiet, 1))[0];
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };
        ConcurrentBag<HttpStatusCode> statuses = [];
        List<long> peaks = [];
        Task<HttpStatusCode>[] admitted = new Task<HttpStatusCode>[Senders];
        Task<HttpStatusCode> quietUpload;
        long before = leader.WorkingSet;

        await using (DatabaseGate gate = await deployment.BeforeLeaderWritesAsync("unaggregated_reports"))
        {
            for (int wave = 0; wave < 3; wave++)
            {
                using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Token);
                Task<long> peak = PeakAsync(leader, over.Token);
                // Whoever is let in waits for the database; the others come again and again.
                await Parallel.ForAsync(0, Senders, new ParallelOptions { MaxDegreeOfParallelism = Senders, CancellationToken = Token }, async (sender, token) =>
                {
                    for (int i = 0; i < 8 && admitted[sender] is null or { IsCompleted: true }; i++)
                    {
                        Task<HttpStatusCode> upload = PostAsync(http, noisy, bodies[sender], token);
                        if (await Task.WhenAny(upload, Task.Delay(500, token)) != upload)
                        {
                            admitted[sender] = upload;
                            return;
                        }

                        statuses.Add(await upload);
                    }
                });
                await over.CancelAsync();
                peaks.Add(await peak);
            }

            quietUpload = PostAsync(http, quiet, one, Token);
            Assert.That(await Task.WhenAny(quietUpload, Task.Delay(500, Token)), Is.Not.SameAs(quietUpload), "the quiet task is let in");
            await gate.OpenAsync();
        }

        Task<HttpStatusCode>[] waiting = [.. admitted.Where(upload => upload is not null)];
        // Some may only have been slow to be refused.
        HttpStatusCode[] waited = await Task.WhenAll(waiting);
        Array.ForEach([.. waited.Where(status => status != HttpStatusCode.OK)], statuses.Add);
        int stored = waited.Count(status => status == HttpStatusCode.OK);
        Assert.That(stored, Is.GreaterThan(0), "what was let in is stored");
        Assert.That(await quietUpload, Is.EqualTo(HttpStatusCode.OK));
        HttpStatusCode[] after = new HttpStatusCode[Senders];
        for (int i = 0; i < Senders; i++)
        {
            after[i] = await PostAsync(http, noisy, bodies[i], Token);
        }

        await TestContext.Out.WriteLineAsync(
            $"working set: {before >> 20} MiB before, at most {string.Join(", ", peaks.Select(peak => $"{peak >> 20}"))} MiB in the waves, {leader.WorkingSet >> 20} MiB after; "
            + $"{statuses.Count} requests of {bodies[0].Length >> 10} KiB refused ({string.Join(", ", statuses.CountBy(status => (int)status))}), {stored} let in");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after, Is.All.EqualTo(HttpStatusCode.OK), "everything is served right after");
            Assert.That(statuses, Is.Not.Empty.And.All.AnyOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable));
            Assert.That(peaks[^1], Is.LessThan(peaks[0] + (8 * Memory)), "the memory does not grow with the flood");
        }
    }

    private static async Task<byte[][]> BodiesAsync(DeployedTask task, int count)
    {
        DapReportBuilder builder = await task.BuilderAsync(Token);
        return [.. Enumerable.Range(0, count).Select(_ => (byte[])[.. Enumerable.Range(0, ReportsPerRequest)
            .SelectMany(_ => WireMessage.Encode(builder.Build(Measurement.FromNumber(1), Then)))])];
    }

    // What is refused is told when to come again; an upload that is stored twice counts once.
    private static async Task<HttpStatusCode> PostAsync(HttpClient http, DeployedTask task, byte[] body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, task.Reports) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(DapVersion.Newest.MediaTypes.UploadRequest);
        // A refusal need not wait for the body.
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        Assert.That(response.IsSuccessStatusCode || response.Headers.RetryAfter is not null, Is.True, $"{response.StatusCode} without Retry-After");
        return response.StatusCode;
    }

    private static async Task<long> PeakAsync(AggregatorProcess process, CancellationToken cancellationToken)
    {
        long peak = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            peak = Math.Max(peak, process.WorkingSet);
            await Task.Delay(20, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return peak;
    }
}
