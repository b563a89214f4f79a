using Janus.Testing;

namespace Janus.IntegrationTests;

/// <summary>Ends the run's PostgreSQL.</summary>
[SetUpFixture]
public sealed class PostgresSetUp
{
    [OneTimeTearDown]
    public Task Stop() => TestPostgres.StopAsync();
}
