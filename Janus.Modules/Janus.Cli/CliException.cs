namespace Janus.Cli;

/// <summary>A command cannot do what it was asked; the message is the one line the user sees.</summary>
public sealed class CliException : Exception
{
    /// <summary>Creates the exception with the line the user sees.</summary>
    public CliException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the line the user sees and its cause.</summary>
    public CliException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general text.</summary>
    public CliException()
        : base("the command failed")
    {
    }
}
