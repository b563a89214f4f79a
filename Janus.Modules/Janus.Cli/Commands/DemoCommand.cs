using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Janus.Cli.Demo;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus demo</c>: a whole deployment on this machine turns a data file into a private aggregate.</summary>
internal static class DemoCommand
{
    private const string DefaultColumn = "delay";
    private const string DefaultVdaf = "histogram:-10,0,15,30,60,120";
    private const string TimeInterval = "time-interval";
    private const string LeaderSelected = "leader-selected";

    public static Command Create()
    {
        Option<string?> data = new("--data")
        {
            Description = "A CSV file whose first row names the columns. Default: 2,000 flights with their delays, shipped with Janus.",
            HelpName = "FILE",
        };
        Option<string?> column = new("--column")
        {
            Description = $"The column with the measurements. Default: the only one of the file; {DefaultColumn} of the flights.",
            HelpName = "NAME",
        };
        Option<string> vdaf = new("--vdaf")
        {
            Description = "What to compute: count (of yes, true or 1), sum:MAX, histogram:B0,B1,... (boundaries), histogram:LENGTH (bucket numbers), sumvec:LENGTH:MAX, multihot:LENGTH:MAXWEIGHT.",
            HelpName = "VDAF",
            DefaultValueFactory = _ => DefaultVdaf,
        };
        Option<string> batchMode = new("--batch-mode") { Description = "How reports are put into batches.", DefaultValueFactory = _ => TimeInterval };
        batchMode.AcceptOnlyFromAmong(TimeInterval, LeaderSelected);
        Option<bool> asynchronous = new("--asynchronous") { Description = "Let the Helper answer later, as one that puts its work in a queue." };
        Option<int?> rows = new("--rows") { Description = "Use only the first rows of the file.", HelpName = "N" };
        Option<int> port = new("--port") { Description = "The Leader's port on 127.0.0.1; the Helper takes the next one. Default: free ones.", HelpName = "PORT" };
        Command command = new("demo", "Run a whole deployment on this machine and turn a data file into a private aggregate")
        {
            data, column, vdaf, batchMode, asynchronous, rows, port,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetValue(data),
            result.GetValue(column),
            result.GetValue(vdaf)!,
            result.GetValue(batchMode) == LeaderSelected ? BatchMode.LeaderSelected : BatchMode.TimeInterval,
            result.GetValue(asynchronous),
            result.GetValue(rows),
            result.GetValue(port),
            cancellationToken));
        return command.WithExamples(
            "janus demo",
            "janus demo --batch-mode leader-selected",
            "janus demo --data people.csv --column age --vdaf histogram:0,50,60,70,80,90",
            "janus demo --data steps.csv --column steps --vdaf sum:100000");
    }

    private static async Task<int> RunAsync(
        string? data, string? column, string vdaf, BatchMode batchMode, bool asynchronous, int? rows, int port, CancellationToken cancellationToken)
    {
        // Everything about the input is checked before anything is started.
        MeasurementEncoding encoding = ParseVdaf(vdaf);
        string path = data ?? Path.Combine(AppContext.BaseDirectory, "flights.csv");
        IReadOnlyList<string> names = await CsvColumn.ReadNamesAsync(path, cancellationToken);
        string chosen = column ?? ChooseColumn(data, path, names);
        IReadOnlyList<(int Row, string Text)> cells = await CsvColumn.ReadAsync(path, chosen, cancellationToken);
        cells = rows is { } limit ? [.. cells.Take(limit > 0 ? limit : throw new CliException("--rows: at least 1 expected"))] : cells;
        string hint = column is null ? $"; that is the column {chosen}, --column chooses another one of {string.Join(", ", names)}" : "";
        List<Measurement> measurements = [.. cells.Select(cell => Read(encoding, path, cell, hint))];

        RequireRoomForSums(encoding.Vdaf, measurements.Count);
        CheckPort(port);
        CheckPort(port == 0 ? 0 : port + 1);

        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            // A file or a pipe has no width to wrap lines at.
            console.Profile.Width = int.MaxValue / 2;
        }

        console.WriteLine($"{Plural.Of(measurements.Count, "measurement")} from column {chosen} of {Path.GetFileName(path)}: {encoding}");
        await using DemoDeployment deployment = await StartAsync(console, port, cancellationToken);
        using DemoTask task = new(deployment, encoding.Vdaf, batchMode, (ulong)measurements.Count) { Asynchronous = asynchronous };
        await task.ProvisionAsync(deployment, cancellationToken);
        console.WriteLine($"Leader at {deployment.Leader.Endpoint}, Helper at {deployment.Helper.Endpoint}, task {task.Id}");
        DemoResult result = await new DemoRun(deployment, task, measurements).RunAsync(console, cancellationToken);
        UInt128[] truth = TrueAggregate.Of(encoding.Vdaf, measurements);
        return DemoReport.Print(console, encoding, result, truth, measurements.Count) ? 0 : 1;
    }

    private static async Task<DemoDeployment> StartAsync(IAnsiConsole console, int port, CancellationToken cancellationToken)
    {
        DemoDeployment? deployment = null;
        await console.Status().StartAsync("starting", async status =>
            deployment = await DemoDeployment.StartAsync(port, part => status.Status(part), cancellationToken));
        return deployment!;
    }

    private static void CheckPort(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException exception)
        {
            throw new CliException($"--port: {port} cannot be used: {Quote.MessageOf(exception)}", exception);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new CliException($"--port: a number from 1 to {IPEndPoint.MaxPort - 1} expected", exception);
        }
    }

    private static MeasurementEncoding ParseVdaf(string text)
    {
        try
        {
            return MeasurementEncoding.Parse(text);
        }
        catch (Exception exception) when (exception is UnsupportedVdafException or FormatException or ArgumentException)
        {
            throw new CliException($"--vdaf: {Quote.MessageOf(exception)}", exception);
        }
    }

    // A file of one's own has to be told about, unless there is nothing to choose.
    private static string ChooseColumn(string? data, string path, IReadOnlyList<string> names) => (data, names) switch
    {
        (null, _) => DefaultColumn,
        (_, [string only]) => only,
        _ => throw new CliException($"--column expected: the columns of {path} are {string.Join(", ", names)}"),
    };

    private static void RequireRoomForSums(VdafDescription vdaf, int reports)
    {
        if (new WrapAround(vdaf).FindMistake((ulong)reports) is { } mistake)
        {
            throw new CliException($"--vdaf: {mistake}");
        }
    }

    private static Measurement Read(MeasurementEncoding encoding, string path, (int Row, string Text) cell, string hint)
    {
        try
        {
            return encoding.Read(cell.Text);
        }
        catch (FormatException exception)
        {
            throw new CliException($"{path}, line {cell.Row}: {Quote.MessageOf(exception)}{hint}", exception);
        }
    }
}
