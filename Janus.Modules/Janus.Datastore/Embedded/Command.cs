using System.ComponentModel;
using System.Diagnostics;

namespace Janus.Datastore.Embedded;

/// <summary>Runs a program to its end and collects what it prints.</summary>
internal static class Command
{
    /// <summary>Runs <paramref name="program"/> without a standard input; a program that cannot be started has exit code 127.</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? directory = null)
    {
        ProcessStartInfo start = Describe(program, arguments, directory);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            return new CommandResult(127, "", failure.Message);
        }

        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Describes a process with a piped standard input and an environment in which no <c>PG…</c> variable redirects PostgreSQL.</summary>
    public static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string? directory)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, WorkingDirectory = directory ?? "/" };
        foreach (string variable in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>The last <paramref name="count"/> non-empty lines of <paramref name="text"/>, joined to one.</summary>
    public static string LastLines(string text, int count) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(count));

    /// <summary>The full path of <paramref name="program"/> on the PATH or in the system folders, or null.</summary>
    public static string? Which(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/usr/bin", "/sbin", "/bin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
