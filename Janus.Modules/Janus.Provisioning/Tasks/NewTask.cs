using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>A task to be made; what is left out is random.</summary>
public sealed record NewTask
{
    /// <summary>What all parties agree on; the <c>task_info</c> has the present time unless given.</summary>
    public required TaskTerms Terms { get; init; }

    /// <summary>What aggregate shares are encrypted to.</summary>
    public required HpkeConfig CollectorHpkeConfig { get; init; }

    /// <summary>The task ID.</summary>
    public TaskId? Id { get; init; }

    /// <summary>The VDAF verification key.</summary>
    public byte[]? VerifyKey { get; init; }

    /// <summary>What the Leader presents to the Helper.</summary>
    public BearerToken? AggregatorToken { get; init; }

    /// <summary>What the Collector presents to the Leader.</summary>
    public BearerToken? CollectorToken { get; init; }

    /// <summary>Makes the task: everything that its Leader knows, of which <see cref="ProvisionedTask"/> is made.</summary>
    /// <exception cref="ProvisioningException">It has mistakes.</exception>
    public TaskParameters Make(DateTimeOffset now)
    {
        Problems problems = new();
        VdafDescription vdaf = Terms.Measurement.Vdaf;
        TaskConfiguration? configuration = Terms.Configure($"janus {now.UtcDateTime:s}Z", problems);
        HpkeConfig? collector = problems.Read(ProvisioningField.CollectorHpkeConfig, () => TaskChecks.RequireSupported(CollectorHpkeConfig));
        byte[]? verifyKey = VerifyKey is null
            ? RandomNumberGenerator.GetBytes(vdaf.VerifyKeySize)
            : problems.Read(ProvisioningField.VerifyKey, () => TaskChecks.RequireVerifyKey(VerifyKey, vdaf));
        problems.ThrowIfAny();
        return new TaskParameters
        {
            Recipient = Role.Leader,
            Id = Id ?? TaskId.Random(),
            Configuration = configuration!,
            Measurement = Terms.Measurement,
            VerifyKey = verifyKey,
            CollectorHpkeConfig = collector,
            AggregatorToken = AggregatorToken ?? BearerToken.Generate(),
            CollectorToken = CollectorToken ?? BearerToken.Generate(),
        };
    }

    /// <summary>The type, never a key or a token.</summary>
    public override string ToString() => nameof(NewTask);
}
