using System.Diagnostics;
using System.Reflection;

namespace Janus.Cli;

/// <summary>The program that this process runs, to be started once more.</summary>
internal static class OwnProgram
{
    /// <summary>How to start it with other arguments.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new() { FileName = Environment.ProcessPath! };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
