using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Janus.Aggregator;

/// <summary>Ready once the HPKE keys are loaded.</summary>
internal sealed class HpkeKeyringHealthCheck(HpkeKeyring keyring) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(keyring.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the HPKE keys are not loaded"));
}
