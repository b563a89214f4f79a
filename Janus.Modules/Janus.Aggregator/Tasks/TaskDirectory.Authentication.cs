using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Who asks, and who we are: DAP §3.5 (request-authentication).</summary>
internal sealed partial class TaskDirectory
{
    /// <summary>The task that a peer's request is about, once the peer has authenticated itself: DAP §3.5 (request-authentication).</summary>
    /// <param name="context">The request.</param>
    /// <param name="role">Our role in the task: a Leader is asked by Collectors, a Helper by Leaders.</param>
    /// <param name="verificationKeyId">Reads which verification key the Leader wants, where the request tells.</param>
    /// <exception cref="HttpProblemException">
    /// 401: nothing presented, or not what is accepted for the task now. 429: there have been too many new tasks lately.
    /// 503: too many unknown tasks or tokens are looked for.
    /// </exception>
    /// <exception cref="DapProblemException">
    /// <c>unrecognizedTask</c>, told only to a sender known from another task; <c>invalidTask</c>, told only to a peer: we opt out
    /// of the task that is advertised.
    /// </exception>
    public async ValueTask<AggregatorTask> AuthenticateAsync(HttpContext context, Role role, Func<HttpContext, ValueTask<byte?>>? verificationKeyId = null)
    {
        TaskId id = context.RouteId<TaskId>(DapRoute.TaskId);
        PresentedCredentials presented = PresentedCredentials.Of(context);
        if (_byId.TryGetValue(id, out Known? known) && known.Task.Role == role)
        {
            new RequestedTask(id, IsAuthenticated: false).NoteIn(context);
        }

        if (presented.Hashes.Count == 0)
        {
            throw HttpProblemException.Unauthorized();
        }

        DateTimeOffset now = _time.GetUtcNow();
        AggregatorTask? task = await FindAsync(id, context.RequestAborted);
        if (task?.Role == role)
        {
            new RequestedTask(id, IsAuthenticated: false).NoteIn(context);
            AuthTokenPurpose purpose = role == Role.Leader ? AuthTokenPurpose.AcceptFromCollector : AuthTokenPurpose.AcceptFromLeader;
            CredentialVerdict verdict = CredentialVerdict.Of(task.Stored.Tokens, purpose, presented, now);
            if (verdict.IsAccepted)
            {
                new RequestedTask(id, IsAuthenticated: true).NoteIn(context);
                TaskprovTasks.RequireMatch(id, _taskprov.AdvertisedIn(context.Request));
                if (role == Role.Helper)
                {
                    _status.Met(task);
                }

                return task;
            }

            LogVerdict(id, verdict, now);
            if (role == Role.Helper)
            {
                _status.Failed(task, ReasonOf(verdict));
            }

            throw HttpProblemException.Unauthorized();
        }

        TaskprovPeer? peer = null;
        if (task is null && role == Role.Helper && _taskprov.AdvertisedIn(context.Request) is { } advertised)
        {
            peer = await _taskprov.FindPeerAsync(advertised, role, context.RequestAborted);
            if (peer is not null && IsAccepted(peer, presented, now))
            {
                TaskprovTasks.RequireMatch(id, advertised);
                new RequestedTask(id, IsAuthenticated: true).NoteIn(context);
                byte? keyId = verificationKeyId is null ? null : await verificationKeyId(context);
                return await OptInAsync(id, advertised, role, peer, keyId, context.RequestAborted);
            }
        }

        // Whoever guesses tokens learns nothing of the time that this takes: it depends on their hashes only.
        bool isKnown = await LookUpAsync(() => _tokens.KnowsAsync(presented.Hashes, now, context.RequestAborted), context.RequestAborted);
        throw isKnown && peer is null ? Unrecognized(id, role) : HttpProblemException.Unauthorized();
    }

    private bool IsAccepted(TaskprovPeer peer, PresentedCredentials presented, DateTimeOffset now)
    {
        CredentialVerdict verdict = CredentialVerdict.Of(peer.Tokens, AuthTokenPurpose.AcceptFromLeader, presented, now);
        if (verdict is { IsAccepted: false, Outdated: { } outdated } && _credentialsTold.IsDue((null, outdated.Label)))
        {
            LogPeerOutdated(peer.Endpoint, outdated.Label);
        }

        return verdict.IsAccepted;
    }

    /// <summary>The token that we present as the Leader of a task now; none when the Helper knows us by our certificate alone.</summary>
    public async ValueTask<BearerToken?> TokenToPresentAsync(AggregatorTask task, CancellationToken cancellationToken)
    {
        // The task may be at work for long, and its tokens may have changed meanwhile.
        AggregatorTask current = await FindAsync(task.Id, isStranger: false, cancellationToken) ?? task;
        AuthToken? token = current.Stored.TokenToPresentAt(_time.GetUtcNow());
        if (token is null
            && current.Stored.Tokens.Any(stored => stored.Purpose == AuthTokenPurpose.PresentToHelper)
            && _credentialsTold.IsDue((task.Id, nameof(AuthTokenPurpose.PresentToHelper))))
        {
            LogNothingToPresent(task.Id);
        }

        return token?.Token;
    }

    private static string ReasonOf(CredentialVerdict verdict) => verdict switch
    {
        { Outdated: { } outdated } => $"a request was refused: it presented the credential {outdated.Label}, which is not valid now",
        { LacksCertificate: true } => "a request was refused: a certificate is pinned for the Leader, and it presented none",
        _ => "a request was refused: it presented a credential that is not accepted for this task",
    };

    // The peer may come every second for days, and anybody may come without a certificate.
    private void LogVerdict(TaskId id, CredentialVerdict verdict, DateTimeOffset now)
    {
        if (!(verdict.Outdated is not null || verdict.LacksCertificate)
            || !_credentialsTold.IsDue((id, verdict.Outdated?.Label ?? string.Empty)))
        {
            return;
        }

        if (verdict.Outdated is { } expired && expired.IsExpiredAt(now))
        {
            LogExpired(id, expired.Label, expired.NotAfter!.Value);
        }
        else if (verdict.Outdated is { } early)
        {
            LogTooEarly(id, early.Label, early.NotBefore!.Value);
        }
        else if (verdict.LacksCertificate)
        {
            LogNoCertificate(id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: a peer presented the credential {Label}, which has expired at {NotAfter}")]
    private partial void LogExpired(TaskId taskId, string label, DateTimeOffset notAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: a peer presented the credential {Label}, which is not valid before {NotBefore}")]
    private partial void LogTooEarly(TaskId taskId, string label, DateTimeOffset notBefore);

    [LoggerMessage(Level = LogLevel.Information, Message = "task {TaskId}: a certificate is pinned for the peer, and the sender presented none (Http.ClientCertificates has to be ask where it connects)")]
    private partial void LogNoCertificate(TaskId taskId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "taskprov peer {Endpoint} presented the credential {Label}, which is not valid now")]
    private partial void LogPeerOutdated(string endpoint, string label);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {TaskId}: no token to present to the Helper is valid now; add one with 'janus task token add'")]
    private partial void LogNothingToPresent(TaskId taskId);
}
