using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Bounds what upload requests hold in memory together and how many are opened at once, and shares both fairly between tasks.
/// </summary>
internal sealed class UploadAdmission
{
    // Of a request, so many bytes and one report more are taken in before they are stored; and when memory is short.
    private const int ChunkBytes = 8 << 20;
    private const int ShortChunkBytes = 64 << 10;

    // A request's objects, and the buffers of its connection.
    private const int RequestOverhead = 16 << 10;

    // In bytes of reports: small uploads of many tasks alternate, a bulk upload has its turn by the chunk.
    private const int Quantum = 64 << 10;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Arrivals<int> _arrivals;
    private readonly FairTurns<int> _turns;
    private readonly AggregatorMetrics _metrics;

    public UploadAdmission(IOptions<AggregatorOptions> options, AggregatorMetrics metrics, TimeProvider time)
    {
        UploadOptions upload = options.Value.Upload;
        _arrivals = new Arrivals<int>(upload.MaximumMemory, upload.MaximumShare, RequestOverhead, time, Shed);
        // Each works on several threads when there is much; one more keeps the processors busy meanwhile.
        _turns = new FairTurns<int>(options.Value.EffectiveVerificationThreads + 1, Quantum);
        _metrics = metrics;
        metrics.Requests.ObserveUploadMemory(() => Held, upload.MaximumMemory);
    }

    /// <summary>The bytes that requests hold now.</summary>
    public long Held => _arrivals.Held;

    /// <summary>Lets a request in before its body is read, until it is answered.</summary>
    /// <exception cref="HttpProblemException">
    /// 429: uploads of this task hold their share of the memory; 503: all of it is taken. Both with Retry-After.
    /// </exception>
    public Arrival Enter(AggregatorTask task, HttpContext context) =>
        _arrivals.Enter(task.Key, context, Math.Clamp(context.Request.ContentLength ?? 0, 0, task.ReportBodyLength));

    /// <summary>Whether reports that have arrived, so many bytes of them, are to be stored before more are read.</summary>
    public static bool IsChunk(Arrival arrival, long bytes) => bytes >= ChunkBytes || (bytes >= ShortChunkBytes && arrival.IsShort);

    /// <summary>Waits for the turn to open reports, so many bytes of them; the turn ends when the result is disposed of.</summary>
    public ValueTask<IDisposable> TurnAsync(AggregatorTask task, long bytes, CancellationToken cancellationToken) =>
        _turns.EnterAsync(task.Key, bytes, cancellationToken);

    private HttpProblemException Shed(QuotaAnswer answer)
    {
        _metrics.Requests.UploadShed(answer);
        return answer switch
        {
            QuotaAnswer.OverShare => HttpProblemException.TooMany(
                "too many reports of this task are waiting to be stored; upload them again later", RetryAfter),
            QuotaAnswer.TooSlow => HttpProblemException.TooSlow(RetryAfter),
            _ => HttpProblemException.Unavailable("too many reports are waiting to be stored; upload them again later", RetryAfter),
        };
    }
}
