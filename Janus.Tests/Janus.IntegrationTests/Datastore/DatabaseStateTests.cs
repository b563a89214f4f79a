using System.Net.Sockets;
using System.Text;
using Janus.Datastore;
using Janus.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class DatabaseStateTests
{
    private const int BudgetPerMinute = 1024;

    private readonly FakeTimeProvider _time = new();
    private NpgsqlDataSource _source = null!;
    private CapturedLogs _logs = null!;
    private LoggerFactory _loggers = null!;
    private DatabaseState _state = null!;

    [SetUp]
    public void Create()
    {
        _source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        _logs = new CapturedLogs();
        _loggers = new LoggerFactory([_logs]);
        _state = new DatabaseState(_source, _time, _loggers.CreateLogger<DatabaseState>());
    }

    [TearDown]
    public void Drop()
    {
        _loggers.Dispose();
        _logs.Dispose();
        _source.Dispose();
    }

    [TestCase("53100", DatabaseFailureKind.Full)]
    [TestCase("53300", DatabaseFailureKind.Busy)]
    [TestCase("53200", DatabaseFailureKind.Busy)]
    [TestCase("25006", DatabaseFailureKind.ReadOnly)]
    [TestCase("57P01", DatabaseFailureKind.Unreachable)]
    [TestCase("57P02", DatabaseFailureKind.Unreachable)]
    [TestCase("57P03", DatabaseFailureKind.Unreachable)]
    [TestCase("57P05", DatabaseFailureKind.Unreachable)]
    [TestCase("58030", DatabaseFailureKind.Unreachable)]
    [TestCase("08006", DatabaseFailureKind.Unreachable)]
    [TestCase("28P01", DatabaseFailureKind.Refused)]
    [TestCase("3D000", DatabaseFailureKind.Refused)]
    [TestCase("26000", DatabaseFailureKind.Pooled)]
    [TestCase("42P05", DatabaseFailureKind.Pooled)]
    [TestCase("08P01", DatabaseFailureKind.Pooled)]
    public void Ten_minutes_of_an_outage_are_two_lines_however_many_suffer(string sqlState, DatabaseFailureKind kind)
    {
        PostgresException failure = Refusal(sqlState);
        Assert.That(DatabaseFailure.Of(new InvalidOperationException("wrapped", failure))?.Kind, Is.EqualTo(kind));

        // Sixty requests and polls a second fail; those that write nothing may succeed meanwhile.
        for (int second = 0; second < 600; second++)
        {
            for (int i = 0; i < 60; i++)
            {
                _state.Failed(failure, "ReportStore.Put");
            }

            _state.Succeeded();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        _state.Succeeded();

        int lines = kind == DatabaseFailureKind.Pooled ? 3 : 2;
        Assert.That(_logs.Lines, Has.Count.EqualTo(lines), string.Join('\n', _logs.Lines));
        Assert.That(_logs.Lines[lines - 2], Does.Contain("Error").And.Contain(sqlState).And.Contain("ReportStore.Put"));
        Assert.That(_logs.Lines[lines - 1], Does.Contain("works again after 660.0 s, in which 36000 attempts failed"));
        Assert.That(_logs.Lines.Sum(Encoding.UTF8.GetByteCount), Is.LessThan(2 * BudgetPerMinute));
    }

    [Test]
    public void Failure_of_a_full_disk_now_and_then_stays_within_the_budget_of_every_minute()
    {
        for (int minute = 0; minute < 60; minute++)
        {
            _state.Failed(Refusal("53100"), "ReportStore.Put");
            _time.Advance(TimeSpan.FromMinutes(1));
            _state.Succeeded();
        }

        Assert.That(_logs.Lines.Sum(Encoding.UTF8.GetByteCount) / 60, Is.LessThan(BudgetPerMinute));
    }

    [TestCase("23505")]
    [TestCase("40001")]
    [TestCase("42501")]
    [TestCase("57014")]
    public void Failure_of_a_statement_is_none_of_the_database(string sqlState)
    {
        Assert.That(_state.Failed(Refusal(sqlState), "x"), Is.False);
        Assert.That((_state.Current, _logs.Lines.Count), Is.EqualTo(((DatabaseFailure?)null, 0)));
        Assert.That(DatabaseFailure.LevelOf(Refusal(sqlState), LogLevel.Error), Is.EqualTo(LogLevel.Error));
    }

    [Test]
    public void Cause_of_a_broken_connection_is_in_the_line()
    {
        _state.Failed(new NpgsqlException("Exception while reading from stream", new SocketException((int)SocketError.ConnectionReset)), "TaskStore.Find");

        Assert.That(_logs.Lines.Single(), Does.Contain("the database cannot be reached: Exception while reading from stream: Connection reset"));
    }

    [Test]
    public void End_of_a_connection_by_a_pooler_is_no_mixed_up_statement() => Assert.That(
        DatabaseFailure.Of(new PostgresException("query_wait_timeout", "FATAL", "FATAL", "08P01"))?.Kind, Is.EqualTo(DatabaseFailureKind.Unreachable));

    private static PostgresException Refusal(string sqlState) => new("so it is", "ERROR", "ERROR", sqlState);
}
