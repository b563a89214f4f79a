namespace Janus.Messages;

/// <summary>Code points of VDAFs: VDAF §10 (iana). Other values decode too.</summary>
public enum VdafType : uint
{
    /// <summary>Never used.</summary>
    Reserved = 0,

    /// <summary>Counts how many measurements are true.</summary>
    Prio3Count = 1,

    /// <summary>Adds up integers.</summary>
    Prio3Sum = 2,

    /// <summary>Adds up vectors of integers.</summary>
    Prio3SumVec = 3,

    /// <summary>Counts how many measurements fall into each bucket.</summary>
    Prio3Histogram = 4,

    /// <summary>Adds up vectors of a limited number of ones.</summary>
    Prio3MultihotCountVec = 5,

    /// <summary>Counts how many strings have each of a set of prefixes.</summary>
    Poplar1 = 6,
}
