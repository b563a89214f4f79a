using System.CommandLine;
using Janus.Cli.Values;
using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Vdaf;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus upload</c>: what a Client does, for a few measurements or a column of a CSV file.</summary>
internal static class UploadCommand
{
    private const string Notes =
        """
        All measurements are checked before the first one is sent. A report that the Leader refuses does not stop the others; the
        command then fails, and says how many were refused, why, and which is the first. "report_replayed" means that the report was
        uploaded before, or that the interval of its time has been collected: nothing can be added to it any more.
        """;

    public static Command Create()
    {
        Option<string> taskFile = new("--task-file") { HelpName = "PATH", Description = "The client.json that 'janus task add' or 'janus taskprov advertise' has written.", Required = true };
        Argument<string[]> measurements = new("MEASUREMENT")
        {
            Description = "A number (count: 0 or 1, no or yes), for vectors their elements as one word: '1;0;1'.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> file = new("--file")
        {
            HelpName = "PATH",
            Description = "Upload the measurements of this file, or of the standard input if it is -: one a line, or with --column those of a CSV file.",
        };
        Option<string?> column = new("--column") { HelpName = "NAME", Description = "The column of a CSV file, whose first line names the columns, that has the measurements." };
        Option<MeasurementEncoding?> vdaf = TextOption.Create<MeasurementEncoding?>(
            "--vdaf", "DESC", "The task's VDAF with the boundaries of its histogram, if the task file has none: histogram:0,50,60.", MeasurementEncoding.Parse);
        Option<DateTimeOffset?> time = TextOption.Create<DateTimeOffset?>(
            "--time", "TIME", "When the measurements were made; now unless given.", text => InstantText.Parse(text));

        Command command = new("upload", "Upload measurements as a Client: split, encrypt, and send them to the Leader") { taskFile, measurements, file, column, vdaf, time };
        TlsOptions tls = new(hasCertificate: false);
        tls.AddTo(command);
        command.Validators.Add(result =>
        {
            bool given = result.GetValue(measurements) is { Length: > 0 };
            bool fromFile = result.GetResult(file) is not null;
            if (given == fromFile)
            {
                result.AddError("either measurements or --file expected");
            }

            if (result.GetResult(column) is not null && !fromFile)
            {
                result.AddError("--column is for a CSV file: --file expected");
            }
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            ClientTask task = await ClientTask.LoadAsync(result.GetRequiredValue(taskFile), cancellationToken);
            MeasurementEncoding encoding = Encoding(task, result.GetValue(vdaf));
            IReadOnlyList<(string Place, string Text)> texts = result.GetValue(file) is { } path
                ? await MeasurementTexts.ReadAsync(path, result.GetValue(column), Console.In, cancellationToken)
                : [.. result.GetRequiredValue(measurements).Select((text, index) => ($"measurement {index + 1}", text))];
            DateTimeOffset generatedAt = result.GetValue(time) ?? TimeProvider.System.GetUtcNow();
            TimedMeasurement[] timed = [.. texts.Select(text => new TimedMeasurement(Read(encoding, text), generatedAt))];
            using HttpClient http = tls.CreateHttpClient(result);
            UploadSummary summary = await UploadAsync(task, http, timed, result.InvocationConfiguration.Error, cancellationToken);
            RequireComplete(summary, texts);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{summary}");
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus upload --task-file client.json 42",
            "my-measurements | janus upload --task-file client.json --file -",
            "janus upload --task-file client.json --file people.csv --column age",
            "janus upload --task-file client.json --vdaf histogram:0,50,60 --file people.csv --column age");
    }

    private static MeasurementEncoding Encoding(ClientTask task, MeasurementEncoding? agreed)
    {
        try
        {
            return agreed is null ? task.Measurement : TaskChecks.EncodingFor(task.Measurement.Vdaf, agreed);
        }
        catch (FormatException failure)
        {
            throw new CliException($"--vdaf: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static Measurement Read(MeasurementEncoding encoding, (string Place, string Text) measurement)
    {
        try
        {
            return encoding.Read(measurement.Text);
        }
        catch (FormatException failure)
        {
            throw new CliException($"{measurement.Place}: {Quote.MessageOf(failure)}; nothing has been uploaded", failure);
        }
    }

    private static async Task<UploadSummary> UploadAsync(
        ClientTask task, HttpClient http, TimedMeasurement[] measurements, TextWriter error, CancellationToken cancellationToken)
    {
        DapClientOptions options = new() { BackOff = AggregatorCalls.Patience };
        DapClient client = task.CreateClient(http, options);
        IAnsiConsole console = Terminal.On(error);
        if (!console.Profile.Out.IsTerminal)
        {
            return await AggregatorCalls.RunAsync(Role.Client, () => client.UploadAsync(measurements, progress: null, cancellationToken));
        }

        return await console.Progress().AutoClear(true).StartAsync(context =>
        {
            ProgressTask bar = context.AddTask("uploading", new ProgressTaskSettings { MaxValue = measurements.Length });
            return AggregatorCalls.RunAsync(Role.Client, () => client.UploadAsync(measurements, new Bar(bar), cancellationToken));
        });
    }

    private static void RequireComplete(UploadSummary summary, IReadOnlyList<(string Place, string Text)> texts)
    {
        if (summary.IsComplete)
        {
            return;
        }

        throw new CliException($"{summary}; the first is {texts[(int)summary.Failures[0].Index].Place}");
    }

    private sealed class Bar(ProgressTask task) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => task.Value = value.Finished;
    }
}
