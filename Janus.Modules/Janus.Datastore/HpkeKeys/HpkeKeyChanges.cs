namespace Janus.Datastore;

/// <summary>What a look at the HPKE keys has changed.</summary>
/// <param name="Transitions">Every change, in order; empty when there was nothing to do.</param>
/// <param name="LacksIds">Whether a key could not be made because all 256 configuration IDs are taken.</param>
public sealed record HpkeKeyChanges(IReadOnlyList<HpkeKeyTransition> Transitions, bool LacksIds);
