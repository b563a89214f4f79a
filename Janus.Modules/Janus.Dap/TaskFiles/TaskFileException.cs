namespace Janus.Dap;

/// <summary>
/// A file with a task or a key cannot be used: it is missing, unreadable, malformed, of another kind, or for somebody else.
/// The message names the file and what is wrong with it, in one line that quotes no secret.
/// </summary>
public sealed class TaskFileException : Exception
{
    /// <summary>Tells what is wrong with the file.</summary>
    /// <param name="path">The file as it was named.</param>
    /// <param name="mistake">What is wrong with it, in lower case.</param>
    /// <param name="innerException">What led to it.</param>
    public TaskFileException(string path, string mistake, Exception? innerException = null)
        : base($"{path}: {mistake}", innerException) => Path = path;

    /// <summary>The file as it was named.</summary>
    public string Path { get; }
}
