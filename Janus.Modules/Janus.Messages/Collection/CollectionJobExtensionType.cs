namespace Janus.Messages;

/// <summary>Code points of <see cref="CollectionJobExtension"/>: DAP §4.6.2 (collect-ext). Other values decode too.</summary>
public enum CollectionJobExtensionType : ushort
{
    /// <summary>Never used.</summary>
    Reserved = 0,
}
