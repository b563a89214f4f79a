using Janus.Hpke.X25519;

namespace Janus.Cli.Bench;

/// <summary>Measures one X25519 key agreement between the measurements of the VDAFs, as the machine's speed changes over a run.</summary>
internal sealed class X25519Clock : IDisposable
{
    private readonly X25519Yardstick _yardstick = new();
    private readonly WorkerTeam _team = new(size: 1);
    private readonly Sampling _sampling;
    private readonly List<double> _medians = [];

    /// <summary>Takes samples like those of the VDAFs.</summary>
    public X25519Clock(Sampling sampling) => _sampling = sampling;

    /// <summary>What computes it.</summary>
    public string Library => _yardstick.Library;

    /// <summary>The median of all times that were measured, in µs.</summary>
    public double Median => Sampler.Median(_medians);

    /// <summary>The fastest sample, in µs.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>Measures once more.</summary>
    public void Sample(CancellationToken cancellationToken)
    {
        // Once the runtime has compiled it for speed, it stays so.
        Sampling sampling = _medians.Count == 0 ? _sampling : _sampling with { WarmUp = TimeSpan.Zero, Quiet = TimeSpan.Zero };
        SampledTime time = new Sampler(_team, sampling).Measure(_ => _yardstick.Agree(), cancellationToken);
        _medians.Add(time.Median);
        Minimum = Math.Min(Minimum, time.Minimum);
    }

    public void Dispose()
    {
        _team.Dispose();
        _yardstick.Dispose();
    }
}
