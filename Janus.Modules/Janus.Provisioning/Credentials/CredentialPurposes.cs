using Janus.Datastore;

namespace Janus.Provisioning;

/// <summary>How operators call who presents a credential to whom.</summary>
public static class CredentialPurposes
{
    /// <summary>The purposes by their names.</summary>
    public static IReadOnlyDictionary<string, AuthTokenPurpose> ByName { get; } = new Dictionary<string, AuthTokenPurpose>
    {
        ["to-helper"] = AuthTokenPurpose.PresentToHelper,
        ["from-leader"] = AuthTokenPurpose.AcceptFromLeader,
        ["from-collector"] = AuthTokenPurpose.AcceptFromCollector,
    };

    /// <summary>The name of a purpose.</summary>
    public static string NameOf(AuthTokenPurpose purpose) => ByName.Single(pair => pair.Value == purpose).Key;
}
