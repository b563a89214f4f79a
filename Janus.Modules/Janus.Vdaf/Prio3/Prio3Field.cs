namespace Janus.Vdaf;

/// <summary>A field that Prio3 can compute in: VDAF §6.1.4 (Parameters).</summary>
public enum Prio3Field
{
    /// <summary>The field of order 2^64 − 2^32 + 1, 8 bytes per element.</summary>
    Field64 = 1,

    /// <summary>The field of order 2^128 − 7·2^66 + 1, 16 bytes per element.</summary>
    Field128 = 2,
}
