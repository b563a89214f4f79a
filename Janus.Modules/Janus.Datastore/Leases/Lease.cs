namespace Janus.Datastore;

/// <summary>The exclusive right of one worker to step one job until a point in time.</summary>
/// <typeparam name="TJob">The kind of job.</typeparam>
/// <param name="Job">The job as it was when the lease was taken.</param>
/// <param name="Token">Drawn for this lease; every write of the holder checks that it is still the job's.</param>
/// <param name="Expiry">From then on another worker may take the job.</param>
/// <param name="Attempts">How often the job has been leased since it last made progress, this lease included.</param>
public sealed record Lease<TJob>(TJob Job, Guid Token, DateTimeOffset Expiry, int Attempts);
