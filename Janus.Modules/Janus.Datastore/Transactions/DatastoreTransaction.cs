using Npgsql;

namespace Janus.Datastore;

/// <summary>What the body of <see cref="TransactionRunner"/> works with: a connection, in a transaction or not.</summary>
internal sealed class DatastoreTransaction
{
    private readonly NpgsqlTransaction? _transaction;

    public DatastoreTransaction(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        Connection = connection;
        _transaction = transaction;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Whether the body asked to undo what it did.</summary>
    public bool IsRolledBack { get; private set; }

    /// <summary>Undoes the transaction when the body returns, whose result still counts.</summary>
    public void RollBack() => IsRolledBack = true;

    public NpgsqlCommand Command(string sql) => new(sql, Connection, _transaction);

    public NpgsqlBatch Batch() => new(Connection, _transaction);
}
