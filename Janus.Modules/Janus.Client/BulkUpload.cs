using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>
/// One bulk upload: measurements → reports, made on several cores → requests, several on their way. Every step waits
/// for the next one, so memory stays bounded whatever the length of the upload.
/// </summary>
internal sealed class BulkUpload
{
    private readonly ReportSealing _sealing;
    private readonly ReportUploader _uploader;
    private readonly DapClientOptions _options;
    private readonly UploadTally _tally;
    private readonly Channel<SealedReport> _sealed;
    private readonly Channel<IReadOnlyList<ReportOutcome>> _outcomes;

    public BulkUpload(ReportSealing sealing, ReportUploader uploader, DapClientOptions options, UploadTally tally)
    {
        _sealing = sealing;
        _uploader = uploader;
        _options = options;
        _tally = tally;
        _sealed = Channel.CreateBounded<SealedReport>(options.ReportsPerRequest);
        _outcomes = Channel.CreateBounded<IReadOnlyList<ReportOutcome>>(options.RequestsInFlight);
    }

    /// <summary>Uploads, and yields outcomes in the order in which they become known.</summary>
    public async IAsyncEnumerable<ReportOutcome> RunAsync(
        IAsyncEnumerable<TimedMeasurement> measurements, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task work = WorkAsync(measurements, stop);
        try
        {
            await foreach (IReadOnlyList<ReportOutcome> outcomes in _outcomes.Reader.ReadAllAsync(CancellationToken.None))
            {
                foreach (ReportOutcome outcome in outcomes)
                {
                    yield return outcome;
                }
            }

            await work;
        }
        finally
        {
            await stop.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WorkAsync(IAsyncEnumerable<TimedMeasurement> measurements, CancellationTokenSource stop)
    {
        Task sealing = SealAllAsync(measurements, stop.Token);
        try
        {
            // A failure of the first step ends the second one with the same exception.
            await SendAllAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await sealing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _outcomes.Writer.TryComplete();
        }
    }

    private async Task SealAllAsync(IAsyncEnumerable<TimedMeasurement> measurements, CancellationToken cancellationToken)
    {
        try
        {
            ParallelOptions parallel = new()
            {
                MaxDegreeOfParallelism = _options.Parallelism,
                CancellationToken = cancellationToken,
            };
            await Parallel.ForEachAsync(GroupAsync(measurements, cancellationToken), parallel, SealAsync);
            _sealed.Writer.Complete();
        }
        catch (Exception exception)
        {
            _sealed.Writer.Complete(exception);
        }
    }

    // Groups are sharded together. Nobody waits for one to fill: what is there goes when the next measurement is not.
    private static async IAsyncEnumerable<IReadOnlyList<(long Index, TimedMeasurement Source)>> GroupAsync(
        IAsyncEnumerable<TimedMeasurement> measurements, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<(long Index, TimedMeasurement Source)> group = [];
        long index = 0;
        await using IAsyncEnumerator<TimedMeasurement> source = measurements.GetAsyncEnumerator(cancellationToken);
        Task<bool> next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (group.Count > 0 && (group.Count == ReportSealing.GroupLength || !next.IsCompleted))
                {
                    yield return group;
                    group = [];
                }

                if (!await next)
                {
                    break;
                }

                group.Add((index++, source.Current));
                next = source.MoveNextAsync().AsTask();
            }

            if (group.Count > 0)
            {
                yield return group;
            }
        }
        finally
        {
            // A source must not be disposed of while it moves on.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask SealAsync(IReadOnlyList<(long Index, TimedMeasurement Source)> group, CancellationToken cancellationToken)
    {
        SealedReport[] reports;
        try
        {
            reports = await _sealing.SealAsync(group, cancellationToken);
        }
        catch (InvalidMeasurementException exception)
        {
            if (group is [var (index, _)])
            {
                await FinishAsync([new ReportOutcome(index, null, null, exception.Message)], cancellationToken);
                return;
            }

            // One by one, to tell which it is.
            foreach ((long Index, TimedMeasurement Source) item in group)
            {
                await SealAsync([item], cancellationToken);
            }

            return;
        }

        foreach (SealedReport report in reports)
        {
            _tally.CountSealed();
            await _sealed.Writer.WriteAsync(report, cancellationToken);
        }
    }

    private Task SendAllAsync(CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = _options.RequestsInFlight,
            CancellationToken = cancellationToken,
        };
        return Parallel.ForEachAsync(
            PackAsync(cancellationToken),
            parallel,
            async (reports, stop) => await FinishAsync(await _uploader.UploadAsync(reports, stop), stop));
    }

    private async IAsyncEnumerable<IReadOnlyList<SealedReport>> PackAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<SealedReport> reports = [];
        long length = 0;
        await foreach (SealedReport report in _sealed.Reader.ReadAllAsync(cancellationToken))
        {
            if (reports.Count > 0 && length + report.Encoded.Length > _options.BytesPerRequest)
            {
                yield return reports;
                (reports, length) = ([], 0);
            }

            reports.Add(report);
            length += report.Encoded.Length;
            if (reports.Count == _options.ReportsPerRequest)
            {
                yield return reports;
                (reports, length) = ([], 0);
            }
        }

        if (reports.Count > 0)
        {
            yield return reports;
        }
    }

    private ValueTask FinishAsync(IReadOnlyList<ReportOutcome> outcomes, CancellationToken cancellationToken)
    {
        _tally.Count(outcomes);
        return _outcomes.Writer.WriteAsync(outcomes, cancellationToken);
    }
}
