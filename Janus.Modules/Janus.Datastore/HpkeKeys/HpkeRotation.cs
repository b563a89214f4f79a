using Janus.Hpke;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Decides what is to be done with the HPKE keys; it changes nothing itself.</summary>
/// <remarks>
/// The same keys, policy and time give the same decision, and after it has been carried out there is nothing to decide: so
/// any number of processes may decide one after the other.
/// </remarks>
internal sealed class HpkeRotation
{
    private readonly HpkeRotationPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly HpkeConfigIds _ids;
    private readonly List<HpkeKeyStatus> _keys;
    private readonly List<HpkeKeyTransition> _transitions = [];

    public HpkeRotation(IEnumerable<HpkeKeyStatus> keys, HpkeConfigIds ids, HpkeRotationPolicy policy, DateTimeOffset now)
    {
        _keys = [.. keys];
        _ids = ids;
        _policy = policy;
        _now = now;
    }

    /// <summary>The keys as they are to be.</summary>
    public IReadOnlyList<HpkeKeyStatus> Keys => _keys;

    /// <summary>How they come to be so, in order.</summary>
    public IReadOnlyList<HpkeKeyTransition> Transitions => _transitions;

    /// <summary>Whether a key is missing because all IDs are taken.</summary>
    public bool LacksIds { get; private set; }

    /// <summary>Does what is due.</summary>
    /// <param name="bereaved">A ciphersuite that has just lost its active key, and needs another at once.</param>
    public void Run(HpkeSuite? bereaved = null)
    {
        foreach (HpkeKeyStatus key in Where(HpkeKeyState.Expired).Where(key => key.Since + _policy.ExpiredDuration <= _now))
        {
            Delete(key);
        }

        // Of keys that are equally old the last made is announced first.
        bool announcesNothing = Where(HpkeKeyState.Active).Count == 0;
        foreach (HpkeSuite suite in _policy.Suites.Reverse())
        {
            Advance(suite, isUrgent: announcesNothing || suite == bereaved);
        }

        RetireOtherSuites();
    }

    /// <summary>Makes a new key that is to take the place of the active one; does nothing if there is one already.</summary>
    public void Begin(HpkeSuite suite)
    {
        if (Where(HpkeKeyState.Pending, suite).Count == 0)
        {
            Make(suite, Where(HpkeKeyState.Active).Count == 0 ? HpkeKeyState.Active : HpkeKeyState.Pending);
        }
    }

    /// <summary>Gives a key another state, whatever it was.</summary>
    public void Move(HpkeKeyStatus key, HpkeKeyState to)
    {
        _keys[_keys.IndexOf(key)] = to switch
        {
            HpkeKeyState.Active => key with { State = to, ActivatedAt = _now, ExpiredAt = null },
            HpkeKeyState.Expired => key with { State = to, ExpiredAt = _now },
            _ => key with { State = to },
        };
        _transitions.Add(new HpkeKeyTransition(key.Id, key.Suite, key.State, to));
    }

    /// <summary>Deletes a key.</summary>
    public void Delete(HpkeKeyStatus key)
    {
        _keys.Remove(key);
        _transitions.Add(new HpkeKeyTransition(key.Id, key.Suite, key.State, null));
    }

    /// <summary>Makes a key, under a free ID unless one is given.</summary>
    public HpkeKeyStatus? Make(HpkeSuite suite, HpkeKeyState state, HpkeConfigId? given = null)
    {
        if ((given ?? _ids.TryTake()) is not { } id)
        {
            LacksIds = true;
            return null;
        }

        HpkeKeyStatus key = new(id, suite, state, _now, state == HpkeKeyState.Active ? _now : null, null);
        _keys.Add(key);
        _transitions.Add(new HpkeKeyTransition(id, suite, null, state));
        return key;
    }

    private void Advance(HpkeSuite suite, bool isUrgent)
    {
        HpkeKeyStatus? active = Newest(Where(HpkeKeyState.Active, suite));
        List<HpkeKeyStatus> pending = Where(HpkeKeyState.Pending, suite);
        isUrgent &= active is null;
        if (pending.Count == 0)
        {
            if (isUrgent)
            {
                Make(suite, HpkeKeyState.Active);
            }
            else if (active is null || active.Since + _policy.ActiveDuration - _policy.PendingDuration <= _now)
            {
                Make(suite, HpkeKeyState.Pending);
            }
        }
        else if (Newest(pending.Where(key => isUrgent || _policy.IsDue(key, _now))) is { } successor)
        {
            Move(successor, HpkeKeyState.Active);
            pending.Where(key => key.CreatedAt <= successor.CreatedAt && key != successor).ToList().ForEach(key => Move(key, HpkeKeyState.Expired));
        }

        // One of each suite is announced, so the time of the others starts to run out.
        List<HpkeKeyStatus> actives = Where(HpkeKeyState.Active, suite);
        actives.Where(key => key != Newest(actives)).ToList().ForEach(key => Move(key, HpkeKeyState.Expired));
    }

    // Not before there is another key to announce; a pending one may be that of a process with a newer configuration.
    private void RetireOtherSuites()
    {
        if (!Where(HpkeKeyState.Active).Exists(key => _policy.Suites.Contains(key.Suite)))
        {
            return;
        }

        List<HpkeKeyStatus> others = [.. _keys.Where(key => !_policy.Suites.Contains(key.Suite))];
        others.Where(key => key.State == HpkeKeyState.Active || (key.State == HpkeKeyState.Pending && _policy.IsDue(key, _now)))
            .ToList().ForEach(key => Move(key, HpkeKeyState.Expired));
    }

    private List<HpkeKeyStatus> Where(HpkeKeyState state, HpkeSuite? suite = null) =>
        [.. _keys.Where(key => key.State == state && (suite is null || key.Suite == suite))];

    private static HpkeKeyStatus? Newest(IEnumerable<HpkeKeyStatus> keys) => keys
        .OrderByDescending(key => key.Since).ThenByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id.Value).FirstOrDefault();
}
