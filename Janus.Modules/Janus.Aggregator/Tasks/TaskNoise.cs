using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.Aggregator;

/// <summary>Draws the noise that a task's aggregate shares get: DAP §8.5 (dp).</summary>
internal sealed class TaskNoise
{
    private readonly Prio3 _vdaf;
    private readonly NoiseDistribution _distribution;

    /// <exception cref="NotSupportedException">The strategy does not suit the task.</exception>
    public TaskNoise(DifferentialPrivacyStrategy strategy, TaskConfiguration configuration, IVdaf vdaf)
    {
        _vdaf = vdaf as Prio3 ?? throw new NotSupportedException($"there is no noise for {vdaf.Name}");
        if (strategy.FindMistake(configuration) is { } mistake)
        {
            throw new NotSupportedException(mistake);
        }

        _distribution = strategy.NoiseFor(VdafDescription.Of(configuration));
    }

    /// <summary>Noise in the form of an aggregate share: a secret. For many elements it takes a while.</summary>
    public byte[] Draw()
    {
        using CryptographicUniformSource source = new();
        return _vdaf.DrawNoise(_distribution, source);
    }
}
