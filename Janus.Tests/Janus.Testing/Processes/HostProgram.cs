namespace Janus.Testing;

/// <summary>The host beside the tests, in the same configuration: as published, which starts fast, where it is a release.</summary>
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
        string configuration = output.Parent!.Name;
        string folder = Path.Combine(root.FullName, "Janus.Host", "bin", configuration, output.Name, configuration == "Release" ? "publish" : "");
        string assembly = Path.Combine(folder, "Janus.Host.dll");
        return File.Exists(assembly) ? assembly : throw new FileNotFoundException("the host is not built", assembly);
    }
}
