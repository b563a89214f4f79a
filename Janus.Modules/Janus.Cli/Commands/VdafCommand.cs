using System.CommandLine;
using Janus.Vdaf.Vectors;

namespace Janus.Cli.Commands;

/// <summary><c>janus vdaf verify-vectors</c>: checks this implementation against test vector files.</summary>
internal static class VdafCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = new("path")
        {
            Description = "Files in the published JSON format, or folders of them; a file's name tells the algorithm.",
            HelpName = "PATH",
            Arity = ArgumentArity.OneOrMore,
        };
        Command verify = new("verify-vectors", "Check test vectors and print, for each file, pass or the first difference") { paths };
        verify.SetAction(result => Verify(result.GetRequiredValue(paths)));
        verify.WithExamples(
            "janus vdaf verify-vectors Prio3Count_0.json",
            "janus vdaf verify-vectors vectors/vdaf");
        return new Command("vdaf", "Check the verifiable distributed aggregation functions") { verify };
    }

    private static int Verify(string[] paths)
    {
        Dictionary<VectorStatus, int> counts = Enum.GetValues<VectorStatus>().ToDictionary(status => status, _ => 0);
        foreach (string file in paths.SelectMany(Files))
        {
            VectorResult result = VectorVerifier.Verify(file);
            counts[result.Status]++;
            Console.WriteLine(result.Status switch
            {
                VectorStatus.Pass => $"{result.Name}: pass",
                VectorStatus.NotSupported => $"{result.Name}: not yet supported",
                _ => $"{result.Name}: FAIL: {result.Detail}",
            });
        }

        Console.WriteLine($"{counts[VectorStatus.Pass]} passed, {counts[VectorStatus.Fail]} failed, {counts[VectorStatus.NotSupported]} not yet supported");
        if (counts[VectorStatus.Pass] + counts[VectorStatus.Fail] == 0)
        {
            throw new CliException("no vector was checked");
        }

        return counts[VectorStatus.Fail] == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw new CliException($"{path}: no such file or folder");
        }

        string[] files = [.. Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new CliException($"{path}: no .json file is in it");
    }
}
