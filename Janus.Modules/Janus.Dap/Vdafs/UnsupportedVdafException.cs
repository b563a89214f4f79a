namespace Janus.Dap;

/// <summary>A VDAF or its parameters are not supported; the message tells which, in a lower-case sentence.</summary>
public sealed class UnsupportedVdafException : Exception
{
    /// <summary>Tells what is not supported.</summary>
    public UnsupportedVdafException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
