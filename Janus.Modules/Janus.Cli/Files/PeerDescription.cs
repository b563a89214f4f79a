namespace Janus.Cli.Files;

/// <summary>How the other Aggregator was met last, as people and programs read it.</summary>
/// <param name="Role">leader or helper.</param>
/// <param name="Endpoint">Its URL.</param>
/// <param name="LastContact">When it answered us last, or was authenticated last; none for never.</param>
/// <param name="LastErrorAt">When something went wrong last; none for never.</param>
/// <param name="LastError">What went wrong then.</param>
/// <param name="Failing">Whether nothing went right since.</param>
internal sealed record PeerDescription(string Role, string Endpoint, string? LastContact, string? LastErrorAt, string? LastError, bool Failing);
