namespace Janus.Vdaf;

/// <summary>Checks that throw when a caller misuses a VDAF.</summary>
internal static class Arguments
{
    /// <exception cref="ArgumentException">The length is not the expected one.</exception>
    public static void CheckLength(long actual, long expected, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} has length {actual}, {expected} was expected", name);
        }
    }
}
