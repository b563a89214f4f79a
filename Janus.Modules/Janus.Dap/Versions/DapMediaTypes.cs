namespace Janus.Dap;

/// <summary>The media types of a draft's messages: DAP §9.1 (iana-media-type).</summary>
public sealed record DapMediaTypes
{
    /// <summary>An <see cref="Messages.HpkeConfigList"/>.</summary>
    public required string HpkeConfigList { get; init; }

    /// <summary>An <see cref="Messages.UploadRequest"/>.</summary>
    public required string UploadRequest { get; init; }

    /// <summary>An <see cref="Messages.UploadErrors"/>.</summary>
    public required string UploadErrors { get; init; }

    /// <summary>An <see cref="Messages.AggregationJobInitReq"/>.</summary>
    public required string AggregationJobInitReq { get; init; }

    /// <summary>An <see cref="Messages.AggregationJobContinueReq"/>.</summary>
    public required string AggregationJobContinueReq { get; init; }

    /// <summary>An <see cref="Messages.AggregationJobResp"/>.</summary>
    public required string AggregationJobResp { get; init; }

    /// <summary>An <see cref="Messages.AggregateShareReq"/>.</summary>
    public required string AggregateShareReq { get; init; }

    /// <summary>An <see cref="Messages.AggregateShare"/>.</summary>
    public required string AggregateShare { get; init; }

    /// <summary>A <see cref="Messages.CollectionJobReq"/>.</summary>
    public required string CollectionJobReq { get; init; }

    /// <summary>A <see cref="Messages.CollectionJobResp"/>.</summary>
    public required string CollectionJobResp { get; init; }
}
