using Janus.Datastore;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class ConnectionTextTests
{
    [TestCase("postgres://janus@db/janus", "db", 5432, "janus")]
    [TestCase("postgresql://janus@db:6432/janus", "db", 6432, "janus")]
    [TestCase("postgres:///janus?host=/var/run/postgresql&user=janus", "/var/run/postgresql", 5432, "janus")]
    [TestCase("postgres://janus@/janus?host=/var/run/postgresql&port=5433", "/var/run/postgresql", 5433, "janus")]
    [TestCase("postgres://janus@%2Fvar%2Frun%2Fpostgresql:5433/janus", "/var/run/postgresql", 5433, "janus")]
    [TestCase("postgres://janus@[2001:db8::1]:5433/janus", "[2001:db8::1]", 5433, "janus")]
    [TestCase("postgres://janus@[2001:db8::1]/janus", "[2001:db8::1]", 5432, "janus")]
    [TestCase("postgres://ja%20nus@db?dbname=a%2Fb", "db", 5432, "ja nus")]
    [TestCase("postgres://janus@db1,db2:5433/janus", "db1,db2:5433", 5432, "janus")]
    [TestCase("postgres://janus@db1:1,db2:2/janus?target_session_attrs=primary", "db1:1,db2:2", 5432, "janus")]
    [TestCase("postgres:///janus?host=db1,db2&port=1,2&user=janus", "db1:1,db2:2", 5432, "janus")]
    [TestCase("postgres:///janus?host=db1,db2&port=7&user=janus", "db1:7,db2:7", 5432, "janus")]
    [TestCase("Host=db1,db2;Username=janus", "db1,db2", 5432, "janus")]
    [TestCase("Host=db;Username=janus;SSL Mode=verify-full", "db", 5432, "janus")]
    [TestCase("Host=db;Username=janus;Password=a://b", "db", 5432, "janus")]
    public void Hosts_ports_and_users_are_read(string text, string host, int port, string user)
    {
        NpgsqlConnectionStringBuilder read = new(ConnectionText.Parse(text));

        Assert.That((read.Host, read.Port, read.Username), Is.EqualTo((host, port, user)));
    }

    [Test]
    public void Password_may_hold_anything()
    {
        NpgsqlConnectionStringBuilder read = new(ConnectionText.Parse("postgres://janus:p%40ss%3Bw:o@rd@db/janus"));

        Assert.That((read.Host, read.Password), Is.EqualTo(("db", "p@ss;w:o@rd")));
    }

    [TestCase("postgres://db1,db2/janus", "read-write")]
    [TestCase("Host=db1,db2", "read-write")]
    [TestCase("postgres://db1,db2/janus?target_session_attrs=read-write", "read-write")]
    [TestCase("postgres://db1,db2/janus?target_session_attrs=primary", "primary")]
    [TestCase("postgres://db/janus?target_session_attrs=read-write", null)]
    [TestCase("postgres://db/janus", null)]
    public void Of_several_servers_the_one_that_takes_writes_is_chosen(string text, string? expected)
    {
        string read = ConnectionText.Parse(text);

        Assert.That(new NpgsqlConnectionStringBuilder(read).TargetSessionAttributes, Is.EqualTo(expected));
        // The driver refuses the keyword for a single host.
        Assert.That(() => new NpgsqlDataSourceBuilder(read).Build().Dispose(), Throws.Nothing);
    }

    [TestCase("postgres://db1,db2/janus?target_session_attrs=standby", "expected read-write or primary")]
    [TestCase("postgres://db/janus?target_session_attrs=sometimes", "'Target Session Attributes' cannot be read: one of any, primary")]
    [TestCase("postgres://db/janus?sslmod=hush", "'sslmod' is no keyword of a connection string; did you mean")]
    [TestCase("postgres://db/janus?connect_timeout=hush", "the value of 'Timeout' cannot be read")]
    [TestCase("postgres://db:hush/janus", "the port of a URL is a number from 1 to 65535")]
    [TestCase("postgres://db:0/janus", "the port of a URL is a number from 1 to 65535")]
    [TestCase("postgres://a,b,c/janus?port=1,2", "one for all hosts or one for each")]
    [TestCase("postgres:///hush", "neither a connection string")]
    [TestCase("https://janus:hush@db/x", "expected a URL postgres://user@host/database")]
    [TestCase("Host=db;Passwort=hush", "'passwort' is no keyword of a connection string; did you mean 'Password'?")]
    [TestCase("Host=db;Port=hush", "the value of 'port' cannot be read")]
    [TestCase("hush", "neither a connection string")]
    public void Mistake_is_named_without_any_value(string text, string expected) =>
        Assert.That(
            () => ConnectionText.Parse(text),
            Throws.TypeOf<FormatException>().With.Message.Contains(expected).And.Message.Not.Contains("hush"));
}
