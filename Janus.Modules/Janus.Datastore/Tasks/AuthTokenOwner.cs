namespace Janus.Datastore;

/// <summary>Whom a credential belongs to: one task, or a peer whose tasks arrive by themselves.</summary>
public readonly record struct AuthTokenOwner
{
    private AuthTokenOwner(int? taskKey, int? taskprovPeerKey)
    {
        TaskKey = taskKey;
        TaskprovPeerKey = taskprovPeerKey;
    }

    /// <summary>The task's key; <see langword="null"/> for a peer's.</summary>
    public int? TaskKey { get; }

    /// <summary>The peer's key; <see langword="null"/> for a task's.</summary>
    public int? TaskprovPeerKey { get; }

    /// <summary>The task with this key.</summary>
    public static AuthTokenOwner Task(int taskKey) => new(taskKey, null);

    /// <summary>The taskprov peer with this key.</summary>
    public static AuthTokenOwner TaskprovPeer(int taskprovPeerKey) => new(null, taskprovPeerKey);
}
