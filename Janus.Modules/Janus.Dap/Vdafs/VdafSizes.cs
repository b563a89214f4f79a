namespace Janus.Dap;

/// <summary>The sizes of a VDAF for two Aggregators, in bytes: computed from its parameters without making it.</summary>
/// <param name="PublicShare">The length of a public share.</param>
/// <param name="LeaderInputShare">The length of the Leader's input share.</param>
/// <param name="HelperInputShare">The length of the Helper's input share.</param>
/// <param name="Proof">How much of the Leader's input share is the proof.</param>
/// <param name="Memory">At most what making the VDAF takes, and sharding one measurement with it.</param>
public readonly record struct VdafSizes(long PublicShare, long LeaderInputShare, long HelperInputShare, long Proof, long Memory)
{
    /// <summary>The length of a report's public share and input shares together.</summary>
    public long ReportShares => PublicShare + LeaderInputShare + HelperInputShare;
}
