using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary>The credentials of one task in the datastore, for one command.</summary>
internal sealed class CredentialAccess : IAsyncDisposable
{
    private readonly IDatastoreAccess _datastore;
    private readonly AuthTokenStore _store;

    private CredentialAccess(IDatastoreAccess datastore, AuthTokenStore store, DapTask task)
    {
        _datastore = datastore;
        _store = store;
        Task = task;
    }

    /// <summary>The task.</summary>
    public DapTask Task { get; }

    private AuthTokenOwner Owner => AuthTokenOwner.Task(Task.Key);

    /// <summary>Opens the datastore and finds the task.</summary>
    /// <exception cref="CliException">There is no such task.</exception>
    public static async Task<CredentialAccess> OpenAsync(
        IProcessHost host, ConfigurationArguments configuration, TaskId id, CancellationToken cancellationToken)
    {
        IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration, migrate: false, cancellationToken);
        try
        {
            DapTask task = await datastore.Stores.GetRequiredService<TaskStore>().FindAsync(id, cancellationToken)
                ?? throw new CliException($"there is no task {id}");
            return new CredentialAccess(datastore, datastore.Stores.GetRequiredService<AuthTokenStore>(), task);
        }
        catch
        {
            await datastore.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a credential.</summary>
    /// <exception cref="CliException">Its label is taken.</exception>
    public async Task AddAsync(AuthToken token, CancellationToken cancellationToken)
    {
        if (!await _store.AddAsync(Owner, token, cancellationToken))
        {
            throw new CliException($"--label: the task has a credential {token.Label} already");
        }
    }

    /// <summary>
    /// Ends the validity of a credential, or with <see langword="null"/> removes it at once; the last valid one of its kind
    /// and purpose only when <paramref name="force"/>.
    /// </summary>
    /// <exception cref="CliException">There is none with this label, or it is the last one.</exception>
    public async Task EndAsync(AuthTokenKind kind, string label, DateTimeOffset? notAfter, bool force, CancellationToken cancellationToken)
    {
        AuthToken token = Task.Tokens.FirstOrDefault(token => token.Kind == kind && token.Label == label)
            ?? throw new CliException($"the task has no {(kind == AuthTokenKind.Bearer ? "token" : "certificate")} {label}");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset end = notAfter ?? now;
        if (notAfter <= token.NotBefore)
        {
            throw new CliException($"{label} is not valid before that: remove it instead");
        }

        bool isLast = !Task.Tokens.Any(other => other.Kind == kind && other.Purpose == token.Purpose && other.Label != label && other.IsValidAt(end));
        if (isLast && !force)
        {
            string consequence = kind == AuthTokenKind.Bearer ? "the peer would be locked out" : "the peer would be locked out, or known by its token alone";
            throw new CliException($"{label} is the last one that is valid then, and {consequence}: add another first, or give --force");
        }

        bool found = notAfter is { } instant
            ? await _store.ExpireAsync(Owner, label, instant, cancellationToken)
            : await _store.RemoveAsync(Owner, label, cancellationToken);
        if (!found)
        {
            throw new CliException($"{label} is gone already");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _datastore.DisposeAsync();
}
