namespace Janus.Vdaf;

/// <summary>The lengths, in field elements, that a circuit and its proof system determine.</summary>
internal readonly record struct Prio3Lengths(int ElementSize, int Meas, int JointRand, int Proof, int Verifier, int Output);
