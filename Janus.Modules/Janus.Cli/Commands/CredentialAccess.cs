using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary>The credentials of one task, or of one peer, in the datastore, for one command.</summary>
internal sealed class CredentialAccess : IAsyncDisposable
{
    private readonly IDatastoreAccess _datastore;
    private readonly AuthTokenStore _store;
    private readonly AuthTokenOwner _owner;
    private readonly string _ownerName;

    private CredentialAccess(IDatastoreAccess datastore, AuthTokenOwner owner, string ownerName, Role role, IReadOnlyList<AuthToken> tokens)
    {
        _datastore = datastore;
        _store = datastore.Stores.GetRequiredService<AuthTokenStore>();
        _owner = owner;
        _ownerName = ownerName;
        Role = role;
        Tokens = tokens;
    }

    /// <summary>Our role in the task or tasks.</summary>
    public Role Role { get; }

    /// <summary>All credentials, valid or not.</summary>
    public IReadOnlyList<AuthToken> Tokens { get; }

    /// <summary>Opens the datastore and finds the owner.</summary>
    /// <exception cref="CliException">There is no such task or peer.</exception>
    public static async Task<CredentialAccess> OpenAsync(
        IProcessHost host, ConfigurationArguments configuration, CredentialOwner owner, CancellationToken cancellationToken)
    {
        IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration, migrate: false, cancellationToken);
        try
        {
            return await FindAsync(datastore, owner, cancellationToken);
        }
        catch
        {
            await datastore.DisposeAsync();
            throw;
        }
    }

    private static async Task<CredentialAccess> FindAsync(IDatastoreAccess datastore, CredentialOwner owner, CancellationToken cancellationToken)
    {
        if (owner.Peer is { } name)
        {
            TaskprovPeer peer = await TaskprovPeerCommand.FindAsync(datastore.Stores.GetRequiredService<TaskprovPeerStore>(), name, cancellationToken);
            Role ours = peer.PeerRole == Role.Leader ? Role.Helper : Role.Leader;
            return new CredentialAccess(datastore, AuthTokenOwner.TaskprovPeer(peer.Key), "peer", ours, peer.Tokens);
        }

        DapTask task = await datastore.Stores.GetRequiredService<TaskStore>().FindAsync(owner.TaskId, cancellationToken)
            ?? throw new CliException($"there is no task {owner.TaskId}");
        return task.TaskprovPeerKey is { } peerKey
            ? throw new CliException($"task {owner.TaskId} was advertised, and has the tokens of its peer: 'janus taskprov peer token … {peerKey}'")
            : new CredentialAccess(datastore, AuthTokenOwner.Task(task.Key), "task", task.Role, task.Tokens);
    }

    /// <summary>Adds a credential.</summary>
    /// <exception cref="CliException">Its label is taken.</exception>
    public async Task AddAsync(AuthToken token, CancellationToken cancellationToken)
    {
        if (!await _store.AddAsync(_owner, token, cancellationToken))
        {
            throw new CliException($"--label: the {_ownerName} has a credential {token.Label} already");
        }
    }

    /// <summary>
    /// Ends the validity of a credential, or with <see langword="null"/> removes it at once; the last valid one of its kind
    /// and purpose only when <paramref name="force"/>.
    /// </summary>
    /// <exception cref="CliException">There is none with this label, or it is the last one.</exception>
    public async Task EndAsync(AuthTokenKind kind, string label, DateTimeOffset? notAfter, bool force, CancellationToken cancellationToken)
    {
        AuthToken token = Tokens.FirstOrDefault(token => token.Kind == kind && token.Label == label)
            ?? throw new CliException($"the {_ownerName} has no {(kind == AuthTokenKind.Bearer ? "token" : "certificate")} {label}");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset end = notAfter ?? now;
        if (notAfter <= token.NotBefore)
        {
            throw new CliException($"{label} is not valid before that: remove it instead");
        }

        bool isLast = !Tokens.Any(other => other.Kind == kind && other.Purpose == token.Purpose && other.Label != label && other.IsValidAt(end));
        if (isLast && !force)
        {
            string consequence = kind == AuthTokenKind.Bearer ? "the peer would be locked out" : "the peer would be locked out, or known by its token alone";
            throw new CliException($"{label} is the last one that is valid then, and {consequence}: add another first, or give --force");
        }

        bool found = notAfter is { } instant
            ? await _store.ExpireAsync(_owner, label, instant, cancellationToken)
            : await _store.RemoveAsync(_owner, label, cancellationToken);
        if (!found)
        {
            throw new CliException($"{label} is gone already");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _datastore.DisposeAsync();
}
