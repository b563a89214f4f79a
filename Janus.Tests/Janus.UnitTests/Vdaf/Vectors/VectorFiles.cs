using System.Reflection;

namespace Janus.UnitTests.Vdaf.Vectors;

/// <summary>The vectors in this assembly, and the full set in a shared/vectors folder above the tests if there is one.</summary>
internal static class VectorFiles
{
    private const string Prefix = "Janus.UnitTests.Vdaf.Vectors.";

    public static IEnumerable<string> EmbeddedNames =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^".json".Length])
            .Order(StringComparer.Ordinal);

    public static IEnumerable<string> SharedPaths
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            for (; folder is not null; folder = folder.Parent)
            {
                string vectors = Path.Combine(folder.FullName, "shared", "vectors", "vdaf-18");
                if (Directory.Exists(vectors))
                {
                    return Directory.EnumerateFiles(vectors, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
                }
            }

            return [];
        }
    }

    public static byte[] Read(string embeddedName)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{embeddedName}.json")
            ?? throw new FileNotFoundException(embeddedName);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
