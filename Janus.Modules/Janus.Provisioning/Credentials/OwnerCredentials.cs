using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>The credentials of one task, or those of a peer for all its tasks: DAP §3.5 (request-authentication).</summary>
public sealed class OwnerCredentials
{
    private readonly AuthTokenOwner _owner;
    private readonly string _ownerName;

    private OwnerCredentials(AuthTokenOwner owner, string ownerName, Role role, IReadOnlyList<AuthToken> all)
    {
        _owner = owner;
        _ownerName = ownerName;
        Role = role;
        All = all;
    }

    /// <summary>Our role in the task or tasks.</summary>
    public Role Role { get; }

    /// <summary>All credentials, valid or not.</summary>
    public IReadOnlyList<AuthToken> All { get; }

    /// <summary>Those of a task.</summary>
    /// <exception cref="ProvisioningException">The task was advertised, and has those of its peer.</exception>
    public static OwnerCredentials Of(DapTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.TaskprovPeerKey is null
            ? new OwnerCredentials(AuthTokenOwner.Task(task.Key), "task", task.Role, task.Tokens)
            : throw new ProvisioningException(null, $"task {task.Id} was advertised, and has the tokens of its peer");
    }

    /// <summary>Those of a peer.</summary>
    public static OwnerCredentials Of(TaskprovPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Role ours = peer.PeerRole == Role.Leader ? Role.Helper : Role.Leader;
        return new OwnerCredentials(AuthTokenOwner.TaskprovPeer(peer.Key), "peer", ours, peer.Tokens);
    }

    /// <summary>Makes the credential of a token, and returns the token with it.</summary>
    /// <param name="wanted">What is said of it.</param>
    /// <param name="given">The token; random unless given.</param>
    /// <param name="now">The present time.</param>
    /// <exception cref="ProvisioningException">It has mistakes.</exception>
    public (AuthToken Credential, BearerToken Token) MakeToken(NewCredential wanted, BearerToken? given, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        AuthTokenPurpose purpose = PurposeOf(wanted, AuthTokenKind.Bearer);
        if (purpose != AuthTokenPurpose.PresentToHelper)
        {
            BearerToken accepted = given ?? BearerToken.Generate();
            return (Complete(AuthToken.ToAccept(purpose, "", accepted.Hash(), now), wanted), accepted);
        }

        if (given is null && !(wanted.NotBefore > now))
        {
            throw new ProvisioningException(
                ProvisioningField.Token,
                $"{ProvisioningField.Token} expected: a token that the Helper does not accept yet would be presented from now on (let the Helper make it, or give {ProvisioningField.NotBefore} and let the Helper add it until then)");
        }

        BearerToken presented = given ?? BearerToken.Generate();
        return (Complete(AuthToken.ToPresent("", presented, now), wanted), presented);
    }

    /// <summary>Makes the credential of a client certificate.</summary>
    /// <param name="wanted">What is said of it.</param>
    /// <param name="keyHash">The SHA-256 hash of its SubjectPublicKeyInfo.</param>
    /// <param name="now">The present time.</param>
    /// <exception cref="ProvisioningException">It has mistakes.</exception>
    public AuthToken MakeCertificate(NewCredential wanted, byte[] keyHash, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Complete(AuthToken.ToAcceptCertificate(PurposeOf(wanted, AuthTokenKind.CertificateKey), "", keyHash, now), wanted);
    }

    /// <summary>Stores a credential beside the others.</summary>
    /// <exception cref="ProvisioningException">Its label is taken.</exception>
    public async Task AddAsync(AuthTokenStore store, AuthToken credential, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(credential);
        if (!await store.AddAsync(_owner, credential, cancellationToken))
        {
            throw new ProvisioningException(
                ProvisioningField.Label, $"{ProvisioningField.Label}: the {_ownerName} has a credential {credential.Label} already");
        }
    }

    /// <summary>
    /// Ends the validity of a credential, or with <see langword="null"/> removes it at once; the last valid one of its kind
    /// and purpose only when <paramref name="force"/>.
    /// </summary>
    /// <exception cref="ProvisioningException">There is none with this label, or it is the last one.</exception>
    public async Task EndAsync(
        AuthTokenStore store, AuthTokenKind kind, string label, DateTimeOffset? notAfter, bool force, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        RequireEndable(kind, label, notAfter, force, now);
        bool found = notAfter is { } instant
            ? await store.ExpireAsync(_owner, label, instant, cancellationToken)
            : await store.RemoveAsync(_owner, label, cancellationToken);
        if (!found)
        {
            throw new ProvisioningException(ProvisioningField.Label, $"{label} is gone already");
        }
    }

    /// <summary>Refuses to end a credential that there is not, or without which the peer would be locked out.</summary>
    internal void RequireEndable(AuthTokenKind kind, string label, DateTimeOffset? notAfter, bool force, DateTimeOffset now)
    {
        AuthToken credential = All.FirstOrDefault(one => one.Kind == kind && one.Label == label)
            ?? throw new ProvisioningException(ProvisioningField.Label, $"the {_ownerName} has no {(kind == AuthTokenKind.Bearer ? "token" : "certificate")} {label}");
        if (notAfter <= credential.NotBefore)
        {
            throw new ProvisioningException(ProvisioningField.NotAfter, $"{label} is not valid before that: remove it instead");
        }

        DateTimeOffset end = notAfter ?? now;
        bool isLast = !All.Any(other => other.Kind == kind && other.Purpose == credential.Purpose && other.Label != label && other.IsValidAt(end));
        if (isLast && !force)
        {
            string consequence = kind == AuthTokenKind.Bearer ? "the peer would be locked out" : "the peer would be locked out, or known by its token alone";
            throw new ProvisioningException(
                ProvisioningField.Force, $"{label} is the last one that is valid then, and {consequence}: add another first, or give {ProvisioningField.Force}");
        }
    }

    // What suits our role: a Leader is never let in by another Leader.
    private AuthTokenPurpose PurposeOf(NewCredential wanted, AuthTokenKind kind)
    {
        AuthTokenPurpose[] suitable = Role == Role.Helper ? [AuthTokenPurpose.AcceptFromLeader]
            : kind == AuthTokenKind.Bearer ? [AuthTokenPurpose.PresentToHelper, AuthTokenPurpose.AcceptFromCollector]
            : [AuthTokenPurpose.AcceptFromCollector];
        AuthTokenPurpose? purpose = wanted.Purpose ?? (Role == Role.Helper ? AuthTokenPurpose.AcceptFromLeader : null);
        return purpose is { } chosen && suitable.Contains(chosen)
            ? chosen
            : throw new ProvisioningException(
                ProvisioningField.Purpose,
                $"we are the task's {Role}: {ProvisioningField.Purpose} {string.Join(" or ", suitable.Select(CredentialPurposes.NameOf))} expected");
    }

    private static AuthToken Complete(AuthToken credential, NewCredential wanted)
    {
        Problems problems = new();
        DateTimeOffset begin = wanted.NotBefore > credential.CreatedAt ? wanted.NotBefore.Value : credential.CreatedAt;
        if (wanted.NotAfter <= begin)
        {
            problems.Add(
                ProvisioningField.NotAfter,
                $"{ProvisioningField.NotAfter}: a time in the future, and after {ProvisioningField.NotBefore}, expected, {wanted.NotAfter?.UtcDateTime:s}Z given");
        }

        string label = wanted.Label ?? DefaultLabel(credential);
        if (label.Length is 0 or > AuthToken.MaximumLabelLength || !label.All(character => char.IsAsciiLetterOrDigit(character) || "-._".Contains(character)))
        {
            problems.Add(ProvisioningField.Label, $"{ProvisioningField.Label}: up to {AuthToken.MaximumLabelLength} letters, digits and -._ expected");
        }

        problems.ThrowIfAny();
        return credential with { Label = label, NotBefore = wanted.NotBefore, NotAfter = wanted.NotAfter };
    }

    private static string DefaultLabel(AuthToken credential)
    {
        string day = credential.CreatedAt.UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        return $"{CredentialPurposes.NameOf(credential.Purpose)}-{day}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
    }
}
