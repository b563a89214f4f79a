using Janus.Messages;

namespace Janus.Dap;

/// <summary>What one party of a task knows of it; the Leader knows everything.</summary>
public sealed record TaskParameters
{
    /// <summary>The party.</summary>
    public required Role Recipient { get; init; }

    /// <summary>The task ID.</summary>
    public required TaskId Id { get; init; }

    /// <summary>What all parties agree on, with its exact bytes.</summary>
    public required TaskConfiguration Configuration { get; init; }

    /// <summary>How measurements are written, and how the elements of an aggregate are named.</summary>
    public required MeasurementEncoding Measurement { get; init; }

    /// <summary>The VDAF verification key, which the Aggregators know.</summary>
    public byte[]? VerifyKey { get; init; }

    /// <summary>Names <see cref="VerifyKey"/>.</summary>
    public byte VerificationKeyId { get; init; }

    /// <summary>What aggregate shares are encrypted to; all but Clients know it.</summary>
    public HpkeConfig? CollectorHpkeConfig { get; init; }

    /// <summary>What the Leader presents to the Helper.</summary>
    public BearerToken? AggregatorToken { get; init; }

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken? CollectorToken { get; init; }

    /// <summary>The noise that each Aggregator is to add to its aggregate shares; <see langword="null"/> for none. Clients are not told.</summary>
    public DifferentialPrivacyStrategy? DifferentialPrivacy { get; init; }

    /// <summary>Whether the task is not provisioned at the Aggregators, but advertised to them.</summary>
    public bool IsAdvertised { get; init; }

    /// <summary>The part of the Leader's knowledge that another party gets.</summary>
    public TaskParameters For(Role recipient) => this with
    {
        Recipient = recipient,
        VerifyKey = recipient is Role.Leader or Role.Helper ? VerifyKey : null,
        VerificationKeyId = recipient is Role.Leader or Role.Helper ? VerificationKeyId : (byte)0,
        CollectorHpkeConfig = recipient is Role.Client ? null : CollectorHpkeConfig,
        AggregatorToken = recipient is Role.Leader or Role.Helper ? AggregatorToken : null,
        CollectorToken = recipient is Role.Leader or Role.Collector ? CollectorToken : null,
        DifferentialPrivacy = recipient is Role.Client ? null : DifferentialPrivacy,
    };

    /// <summary>The party and the task ID, never a key or a token.</summary>
    public override string ToString() => $"{nameof(TaskParameters)} {Id} ({Recipient})";
}
