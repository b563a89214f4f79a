namespace Janus.Testing;

/// <summary>Where the host was built: beside the tests, in the same configuration.</summary>
public static class HostProgram
{
    private const string Solution = "Janus.sln";

    /// <summary>The assembly that <c>dotnet</c> runs.</summary>
    public static string Assembly { get; } = Find();

    /// <summary>The <c>dotnet</c> that runs the tests.</summary>
    public static string Dotnet { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private static string Find()
    {
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        DirectoryInfo root = output;
        while (!File.Exists(Path.Combine(root.FullName, Solution)))
        {
            root = root.Parent ?? throw new FileNotFoundException($"no {Solution} above {output}");
        }

        // Both are bin/CONFIGURATION/FRAMEWORK.
        string assembly = Path.Combine(root.FullName, "Janus.Host", "bin", output.Parent!.Name, output.Name, "Janus.Host.dll");
        return File.Exists(assembly) ? assembly : throw new FileNotFoundException("the host is not built", assembly);
    }
}
