namespace Janus.Dap;

/// <summary>Tells when a file with a secret may be read by others than who needs it.</summary>
public static class SecretFilePermissions
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    /// <summary>
    /// A warning that names the file, its mode and the remedy; <see langword="null"/> when there is nothing to warn of, the file
    /// is not there, or the system has no such modes.
    /// </summary>
    /// <remarks>
    /// Everybody may read: a warning. The group may read: a warning only when the file is ours to change. A secret that others
    /// provide is often given to us by its group and mounted for reading only, such as a Kubernetes Secret with an <c>fsGroup</c>
    /// (0440 or 0640) or a file of <c>root</c> with our group.
    /// </remarks>
    /// <param name="path">The file; symbolic links are followed.</param>
    public static string? Warning(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return null;
        }

        try
        {
            UnixFileMode mode = File.GetUnixFileMode(path) & Permissions;
            string? readers = mode.HasFlag(UnixFileMode.OtherRead) ? "every user of this machine"
                : mode.HasFlag(UnixFileMode.GroupRead) && IsOurs(path) ? "its group"
                : null;
            return readers is null ? null : $"{path}: {readers} may read this secret (mode {Convert.ToString((int)mode, 8)}); 'chmod 600 {path}' keeps it to its owner";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it next tells why that does not work.
            return null;
        }
    }

    // There is no managed way to a file's owner; who may write a secret is who keeps it. A pipe, which is empty, would wait for its reader.
    private static bool IsOurs(string path)
    {
        try
        {
            if (new FileInfo(path).Length == 0)
            {
                return false;
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
