using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>The VDAFs of the draft, and <see cref="MultiRoundVdaf"/>.</summary>
public sealed class TestVdafs : SupportedVdafs
{
    /// <inheritdoc/>
    public override IVdaf Create(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.VdafType == MultiRoundVdaf.Type
            ? MultiRoundVdaf.Decode(configuration.VdafConfiguration.Span)
            : base.Create(configuration);
    }
}
