namespace Janus.Vdaf;

/// <summary>What VDAFs compute with.</summary>
public enum InstructionSet
{
    /// <summary>One report at a time: the reference.</summary>
    Scalar,

    /// <summary>Four reports at a time, with AVX2.</summary>
    Avx2,

    /// <summary>Eight reports at a time, with AVX-512.</summary>
    Avx512,
}
