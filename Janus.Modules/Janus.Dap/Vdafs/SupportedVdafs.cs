using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// The VDAFs that tasks may use: those of <see cref="VdafRegistry"/>, and others that an application knows and adds
/// by overriding <see cref="Create"/>. Safe for concurrent use.
/// </summary>
public class SupportedVdafs
{
    /// <summary>Makes a task's VDAF; making it is costly, using it is safe for many threads.</summary>
    /// <exception cref="UnsupportedVdafException">
    /// The type is not supported, or its configuration is malformed or out of range.
    /// </exception>
    public virtual IVdaf Create(TaskConfiguration configuration) => VdafDescription.Of(configuration).ToVdaf();
}
