using Janus.Client;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>The programs of the README, but for the folder of their files, the clock and the console.</summary>
internal sealed class ReadmeExamples(string folder, DateTimeOffset now, TextWriter output)
{
    public async Task UploadAsync()
    {
        ClientTask task = await ClientTask.LoadAsync(File("client.json"));
        using HttpClient http = new(DapHttpHandler.Create());
        DapClient client = task.CreateClient(http);
        UploadSummary summary = await client.UploadAsync([task.Measurement.Read("42"), task.Measurement.Read("17")]);
        output.WriteLine(summary);
    }

    public async Task CollectAsync()
    {
        using CollectorTask task = await CollectorTask.LoadAsync(File("collector.json"), File("collector-key.json"));
        using HttpClient http = new(DapHttpHandler.Create());
        DapCollector collector = task.CreateCollector(http);
        Interval lastHour = Interval.LastEnded(TimeSpan.FromHours(1), now, task.TimePrecision);
        CollectionResult result = await collector.CollectAsync(Query.TimeInterval(lastHour));
        output.WriteLine($"{result.ReportCount} reports: {string.Join(", ", result.AggregateResult)}");
    }

    private string File(string name) => Path.Combine(folder, name);
}
