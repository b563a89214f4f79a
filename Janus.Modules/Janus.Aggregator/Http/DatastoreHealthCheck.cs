using Janus.Datastore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Janus.Aggregator;

/// <summary>Ready when the database answers and has the schema that this program knows.</summary>
internal sealed class DatastoreHealthCheck(DatastoreSchema schema) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await schema.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (SchemaMismatchException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("the database does not answer");
        }
    }
}
