using Janus.Host.Configuration;
using Janus.Host.Hosting;
using Microsoft.Extensions.Time.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Janus.IntegrationTests.Telemetry;

public sealed class LogLevelsTests
{
    private const string Aggregator = "Janus.Aggregator.HelperConnection";
    private readonly FakeTimeProvider _time = new();
    private LogLevels _levels = null!;
    private Logger _logger = null!;

    [SetUp]
    public void CreateLogger()
    {
        _levels = new LogLevels(new LogOptions { Levels = new Dictionary<string, LogEventLevel> { ["Janus.Dap"] = LogEventLevel.Error } }, _time);
        LoggerConfiguration configuration = new();
        _levels.Configure(configuration);
        _logger = configuration.WriteTo.Sink(new Counter(this)).CreateLogger();
    }

    private int Logged { get; set; }

    [TearDown]
    public void Dispose()
    {
        _logger.Dispose();
        _levels.Dispose();
    }

    [TestCase("Janus.Aggregator", LogEventLevel.Information)]
    [TestCase("Microsoft.AspNetCore.Hosting", LogEventLevel.Warning)]
    [TestCase("Microsoft.EntityFrameworkCore.Database", LogEventLevel.Fatal)]
    [TestCase("Janus.Dap", LogEventLevel.Error)]
    [TestCase("Janus.Dapper", LogEventLevel.Information)]
    public void Without_a_change_levels_are_as_configured(string source, LogEventLevel expected) => Assert.That(LevelOf(source), Is.EqualTo(expected));

    [Test]
    public void A_change_of_one_source_leaves_the_others_alone()
    {
        _levels.Set("Janus.Aggregator", LogEventLevel.Verbose, null);

        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Verbose));
        Assert.That(LevelOf("Janus.Datastore"), Is.EqualTo(LogEventLevel.Information));
        Assert.That(LevelOf("Janus.Dap.X"), Is.EqualTo(LogEventLevel.Error));
        Assert.That(LevelOf("Microsoft.X"), Is.EqualTo(LogEventLevel.Warning));
    }

    [Test]
    public void A_change_of_everything_opens_the_noisy_sources_only_when_they_are_named()
    {
        _levels.Set(LogLevels.Everything, LogEventLevel.Debug, null);
        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Debug));
        Assert.That(LevelOf("Microsoft.X"), Is.EqualTo(LogEventLevel.Warning));

        _levels.Set("Microsoft.X.Y", LogEventLevel.Information, null);
        Assert.That(LevelOf("Microsoft.X.Y.Z"), Is.EqualTo(LogEventLevel.Information));
        Assert.That(LevelOf("Microsoft.X"), Is.EqualTo(LogEventLevel.Warning));
    }

    [Test]
    public void A_source_can_be_made_quieter()
    {
        _levels.Set("Janus.Aggregator", LogEventLevel.Fatal, null);

        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Fatal));
        Assert.That(LevelOf("Janus.Host"), Is.EqualTo(LogEventLevel.Information));
    }

    [Test]
    public void A_change_for_a_while_ends_by_itself_and_says_so()
    {
        List<(string, LogEventLevel, DateTimeOffset?)> changes = [];
        _levels.Changed += (source, level, until) => changes.Add((source, level, until));
        DateTimeOffset end = _time.GetUtcNow().AddMinutes(10);
        _levels.Set("Janus", LogEventLevel.Debug, TimeSpan.FromMinutes(10));

        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Debug));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Information));
        Assert.That(changes, Is.EqualTo([("Janus", LogEventLevel.Debug, (DateTimeOffset?)end), ("Janus", LogEventLevel.Information, null)]));
    }

    [Test]
    public void The_end_of_an_earlier_change_does_not_end_a_later_one()
    {
        _levels.Set("Janus", LogEventLevel.Debug, TimeSpan.FromMinutes(1));
        _levels.Set("Janus", LogEventLevel.Error, null);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Error));

        _levels.Set("Janus", null, null);
        Assert.That(LevelOf(Aggregator), Is.EqualTo(LogEventLevel.Information));
    }

    // The smallest level that is written.
    private LogEventLevel LevelOf(string source)
    {
        ILogger logger = _logger.ForContext(Constants.SourceContextPropertyName, source);
        return Enum.GetValues<LogEventLevel>().First(level =>
        {
            int before = Logged;
            logger.Write(level, "x");
            return Logged > before;
        });
    }

    private sealed class Counter(LogLevelsTests tests) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => tests.Logged++;
    }
}
