namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>All integers from a smallest to a largest: what a lane may hold.</summary>
internal readonly record struct Interval(Int128 Smallest, Int128 Largest)
{
    /// <summary>The larger of the two ends' magnitudes.</summary>
    public Int128 Magnitude => Int128.Max(Int128.Abs(Smallest), Int128.Abs(Largest));

    /// <summary>What both may hold.</summary>
    public Interval Or(Interval other) => new(Int128.Min(Smallest, other.Smallest), Int128.Max(Largest, other.Largest));
}
