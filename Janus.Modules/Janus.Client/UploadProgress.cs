namespace Janus.Client;

/// <summary>How far a bulk upload has come; the numbers never go down.</summary>
/// <param name="Total">The number of measurements, where it is known.</param>
/// <param name="Sealed">How many reports have been made.</param>
/// <param name="Accepted">How many reports the Leader has taken.</param>
/// <param name="Refused">How many reports the Leader has refused.</param>
/// <param name="Invalid">How many measurements the VDAF does not accept.</param>
public readonly record struct UploadProgress(long? Total, long Sealed, long Accepted, long Refused, long Invalid)
{
    /// <summary>How many measurements are done with.</summary>
    public long Finished => Accepted + Refused + Invalid;
}
