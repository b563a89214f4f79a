namespace Janus.Datastore;

/// <summary>A report without an aggregation job, as far as planning needs it.</summary>
internal readonly record struct WaitingReport(Guid Id, ulong Time, DateTimeOffset ReceivedAt);
