using Janus.Messages;

namespace Janus.Dap;

/// <summary>The rules that all lists of extensions follow, as pure functions.</summary>
public static class ExtensionRules
{
    /// <summary>Whether each type is greater than the one before it, so none is there twice.</summary>
    public static bool AreStrictlyIncreasing<T>(IReadOnlyList<T> extensions)
        where T : IExtension<T>
    {
        ArgumentNullException.ThrowIfNull(extensions);
        for (int i = 1; i < extensions.Count; i++)
        {
            if (extensions[i].CodePoint <= extensions[i - 1].CodePoint)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The code points that <paramref name="isRecognized"/> does not accept, each once, in their order.</summary>
    public static IReadOnlyList<ushort> Unrecognized<T>(IReadOnlyList<T> extensions, Func<ushort, bool> isRecognized)
        where T : IExtension<T>
    {
        ArgumentNullException.ThrowIfNull(extensions);
        ArgumentNullException.ThrowIfNull(isRecognized);
        return extensions.Count == 0
            ? []
            : [.. extensions.Select(extension => extension.CodePoint).Where(code => !isRecognized(code)).Distinct()];
    }

    /// <summary>
    /// Whether a report's extensions are as they must be apart from being recognized: both lists strictly
    /// increasing, and no type in both: DAP §4.5.3.4 (input-share-validation).
    /// </summary>
    public static bool AreWellFormed(
        IReadOnlyList<ReportExtension> publicExtensions, IReadOnlyList<ReportExtension> privateExtensions)
    {
        ArgumentNullException.ThrowIfNull(publicExtensions);
        ArgumentNullException.ThrowIfNull(privateExtensions);
        return AreStrictlyIncreasing(publicExtensions)
            && AreStrictlyIncreasing(privateExtensions)
            && !privateExtensions.Any(extension => publicExtensions.Any(other => other.CodePoint == extension.CodePoint));
    }
}
