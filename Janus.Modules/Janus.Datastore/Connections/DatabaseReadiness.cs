using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// Whether the database can be worked with: it answers soon, takes writes, and has the schema. It says why not, in words without hosts and users.
/// </summary>
public sealed class DatabaseReadiness
{
    /// <summary>How long whoever asks waits at most.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    // It deletes nothing, and is refused wherever nothing may be written.
    private const string WriteSql = """
        -- DatabaseReadiness.Write
        DELETE FROM hpke_config_ids WHERE false
        """;

    private readonly NpgsqlDataSource _source;
    private readonly DatastoreSchema _schema;
    private readonly DirectSource _direct;
    private readonly DatabaseState _state;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private Task<string?> _asking = Task.FromResult<string?>(null);

    internal DatabaseReadiness(NpgsqlDataSource source, DatastoreSchema schema, DirectSource direct, DatabaseState state, TimeProvider time)
    {
        _source = source;
        _schema = schema;
        _direct = direct;
        _state = state;
        _time = time;
    }

    /// <summary>What keeps the database from being worked with, or <see langword="null"/> if nothing does; it takes no longer than <see cref="Patience"/>.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Ask().WaitAsync(Patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return FormattableString.Invariant($"the database does not answer within {Patience.TotalSeconds} s");
        }
    }

    /// <summary>Fails where nothing may be written.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand write = _source.CreateCommand(WriteSql);
        await write.ExecuteNonQueryAsync(cancellationToken);
    }

    // One asks for all, however many want to know and however long it takes.
    private Task<string?> Ask()
    {
        lock (_lock)
        {
            if (_asking.IsCompleted)
            {
                _asking = Task.Run(AskAsync);
            }

            return _asking;
        }
    }

    private async Task<string?> AskAsync()
    {
        using CancellationTokenSource limit = new(Patience, _time);
        try
        {
            if (_state.IsPooled && !_direct.IsOwn)
            {
                if (await PoolerDetection.PoolsTransactionsAsync(_source, limit.Token))
                {
                    return new DatabaseFailure(DatabaseFailureKind.Pooled, "").Summary;
                }

                _state.IsNotPooled();
            }

            await WriteAsync(limit.Token);
            await _schema.CheckAsync(limit.Token);
            // What writes nothing works on a full disk.
            DatabaseFailure? outage = _state.Current;
            _state.Succeeded();
            return outage is { Kind: DatabaseFailureKind.Full } ? outage.Summary : null;
        }
        catch (SchemaMismatchException mismatch)
        {
            return mismatch.Message;
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return "the database's user may not write to Janus's tables";
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return "the database lacks Janus's tables: run janus migrate";
        }
        catch (Exception failure)
        {
            _state.Failed(failure, "a look whether it is ready");
            return DatabaseFailure.Of(failure)?.Summary ?? "the database does not answer";
        }
    }
}
