namespace Janus.Aggregator;

/// <summary>Whether a <see cref="FairQuota{TParty}"/> gave what it was asked for.</summary>
internal enum QuotaAnswer
{
    /// <summary>It did.</summary>
    Taken,

    /// <summary>There is not as much left for anybody.</summary>
    Full,

    /// <summary>The party holds its share already.</summary>
    OverShare,
}
