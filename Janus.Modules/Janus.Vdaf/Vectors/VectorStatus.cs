namespace Janus.Vdaf.Vectors;

/// <summary>How a test vector file fared.</summary>
public enum VectorStatus
{
    /// <summary>Every operation ended as the vector says.</summary>
    Pass,

    /// <summary>An operation ended differently, or the file is not a vector.</summary>
    Fail,

    /// <summary>The vector is for an algorithm that is not implemented.</summary>
    NotSupported,
}
