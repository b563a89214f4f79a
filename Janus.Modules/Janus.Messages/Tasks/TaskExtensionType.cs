namespace Janus.Messages;

/// <summary>Code points of <see cref="TaskExtension"/>: DAP §4.2.2 (task-extensions). Other values decode too.</summary>
public enum TaskExtensionType : ushort
{
    /// <summary>Never used.</summary>
    Reserved = 0,

    /// <summary>The task takes only reports whose time falls within an interval.</summary>
    TaskInterval = 1,
}
