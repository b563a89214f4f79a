using System.Reflection;

namespace Janus.UnitTests.Vdaf.Vectors;

/// <summary>The vectors in this assembly, and the full set in a shared/vectors folder above the tests if there is one.</summary>
internal static class VectorFiles
{
    private const string Prefix = "Janus.UnitTests.Vdaf.Vectors.";
    private const string Draft08Folder = "Draft08.";

    public static IEnumerable<string> EmbeddedNames =>
        Resources.Where(name => !name.StartsWith(Draft08Folder, StringComparison.Ordinal));

    /// <summary>Those of draft 08, as <see cref="Draft08Schema"/> translates them.</summary>
    public static IEnumerable<string> EmbeddedNamesOfDraft08 =>
        Resources.Where(name => name.StartsWith(Draft08Folder, StringComparison.Ordinal)).Select(name => name[Draft08Folder.Length..]);

    public static IEnumerable<string> SharedPaths => SharedPathsIn("vdaf-18");

    public static IEnumerable<string> SharedPathsOfDraft08 => SharedPathsIn("vdaf-08");

    private static IEnumerable<string> Resources =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^".json".Length])
            .Order(StringComparer.Ordinal);

    public static byte[] ReadOfDraft08(string embeddedName) => Read(Draft08Folder + embeddedName);

    public static byte[] Read(string embeddedName)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{embeddedName}.json")
            ?? throw new FileNotFoundException(embeddedName);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static IEnumerable<string> SharedPathsIn(string draft)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        for (; folder is not null; folder = folder.Parent)
        {
            string vectors = Path.Combine(folder.FullName, "shared", "vectors", draft);
            if (Directory.Exists(vectors))
            {
                return Directory.EnumerateFiles(vectors, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
            }
        }

        return [];
    }
}
