namespace Janus.Aggregator;

/// <summary>Whether a <see cref="FairQuota{TParty}"/> gave what it was asked for, or took it back.</summary>
internal enum QuotaAnswer
{
    /// <summary>It did.</summary>
    Taken,

    /// <summary>There is not as much left for anybody.</summary>
    Full,

    /// <summary>The party holds its share already.</summary>
    OverShare,

    /// <summary>What was held by a slow peer was given to others: see <see cref="Arrivals{TParty}"/>.</summary>
    TooSlow,
}
