namespace Janus.Vdaf;

/// <summary>Thrown before anything is produced when a measurement is not one that the VDAF accepts.</summary>
public sealed class InvalidMeasurementException : ArgumentException
{
    /// <summary>Creates an exception that says what is wrong and what was expected.</summary>
    public InvalidMeasurementException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception without a reason.</summary>
    public InvalidMeasurementException()
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    public InvalidMeasurementException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
