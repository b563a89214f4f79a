namespace Janus.Datastore.Embedded;

/// <summary>What a program left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The last lines of what the program said, on one line.</summary>
    public string Summary => Command.LastLines(Error.Length > 0 ? Error : Output, 3);
}
