using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>The files of one folder, one for each of those who get some.</summary>
internal static class RecipientFiles
{
    /// <summary>Writes all of them, or none if one exists already, and returns their paths.</summary>
    /// <param name="folder">The folder, which is made if need be.</param>
    /// <param name="recipients">Who gets a file.</param>
    /// <param name="write">Writes a recipient's file at a path.</param>
    /// <exception cref="CliException">A file exists.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(string folder, IReadOnlyList<Role> recipients, Func<string, Role, Task> write)
    {
        Directory.CreateDirectory(folder);
        if (recipients.Select(recipient => TaskFile.PathOf(folder, recipient)).FirstOrDefault(File.Exists) is { } existing)
        {
            throw new CliException($"{existing}: exists already, and is not overwritten");
        }

        List<string> written = [];
        foreach (Role recipient in recipients)
        {
            string path = TaskFile.PathOf(folder, recipient);
            await write(path, recipient);
            written.Add(path);
        }

        return written;
    }
}
