using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Janus.Aggregator;

/// <summary>Ready once the HPKE keys are loaded.</summary>
internal sealed class HpkeKeyringHealthCheck(HpkeKeyring keyring) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(keyring.Configs.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the HPKE keys are not loaded"));
}
