using Npgsql;

namespace Janus.Datastore;

/// <summary>The store of jobs that are leased: the statements that all kinds have in common.</summary>
/// <typeparam name="TJob">The kind of job.</typeparam>
public abstract class LeaseStore<TJob> : ILeaseStore<TJob>
    where TJob : ILeasedJob
{
    private readonly TransactionRunner _runner;
    private readonly LeaseTable _table;
    private readonly Func<NpgsqlDataReader, TJob> _read;
    private readonly Func<TJob, Guid> _idOf;
    private readonly string _dueTasksSql;
    private readonly string _acquireSql;
    private readonly string _releaseSql;

    private protected LeaseStore(
        TransactionRunner runner, LeaseTable table, string alias, string columns, Func<NpgsqlDataReader, TJob> read, Func<TJob, Guid> idOf)
    {
        _runner = runner;
        _table = table;
        _read = read;
        _idOf = idOf;
        _dueTasksSql = table.DueTasksSql;
        _acquireSql = table.AcquireSql(alias, columns);
        _releaseSql = table.ReleaseSql("Release");
    }

    /// <inheritdoc/>
    public WorkKind Kind => _table.Kind;

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> DueTasksAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.ReadAsync<IReadOnlyList<int>>($"{_table.Store}.DueTasks", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(_dueTasksSql).With(now);
            return await command.ReadAllAsync(row => row.GetInt32(0), token);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Lease<TJob>>> AcquireAsync(
        int taskKey, int maximum, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.RunAsync<IReadOnlyList<Lease<TJob>>>($"{_table.Store}.Acquire", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(_acquireSql).With(taskKey).With(now).With(maximum).With(now + duration);
            List<Lease<TJob>> leases = await command.ReadAllAsync(
                row => new Lease<TJob>(_read(row), row.GetGuid(row.FieldCount - 3), row.Instant(row.FieldCount - 2), row.GetInt32(row.FieldCount - 1)),
                token);
            leases.Sort((left, right) => left.Job.CreatedAt.CompareTo(right.Job.CreatedAt));
            return leases;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(Lease<TJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ReleaseAsync("Release", _releaseSql, lease, notBefore, cancellationToken);

    private protected Task<bool> ReleaseAsync(
        string operation,
        string sql,
        Lease<TJob> lease,
        DateTimeOffset notBefore,
        CancellationToken cancellationToken,
        Action<NpgsqlCommand>? addParameters = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _runner.RunAsync($"{_table.Store}.{operation}", async (transaction, token) =>
        {
            await using NpgsqlCommand command = transaction.Command(sql)
                .With(lease.Job.TaskKey).With(_idOf(lease.Job)).With(lease.Token).With(notBefore);
            addParameters?.Invoke(command);
            return await command.ExecuteNonQueryAsync(token) == 1;
        }, cancellationToken);
    }
}
