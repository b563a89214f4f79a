using System.Numerics;

namespace Janus.Dap;

/// <summary>
/// How far apart the true aggregate results of two neighbouring batches can be: those that are alike but for one report,
/// whose measurement is another one. The number of reports is public in DAP, so neighbours have the same number. The proof
/// of a VDAF keeps a Client from having more influence.
/// </summary>
/// <param name="L1">The largest sum of the elements' differences.</param>
/// <param name="L2Squared">The largest sum of their squares.</param>
public readonly record struct Sensitivity(BigInteger L1, BigInteger L2Squared);
