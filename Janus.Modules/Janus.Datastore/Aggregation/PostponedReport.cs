using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A report that the Helper was offered too early, and that waits to be in another aggregation job.</summary>
/// <param name="Id">The report ID.</param>
/// <param name="NotBefore">Until then no job takes it.</param>
public readonly record struct PostponedReport(ReportId Id, DateTimeOffset NotBefore);
