using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Bounds what upload requests hold in memory together and how many are opened at once, and shares both fairly between tasks.
/// </summary>
internal sealed class UploadAdmission
{
    /// <summary>Of a request, so many bytes and one report more are taken in before they are stored: see <see cref="ReportsEndpoints"/>.</summary>
    public const int ChunkBytes = 8 << 20;

    // A request's objects, and the buffers of its connection.
    private const int RequestOverhead = 16 << 10;

    // Reports are in memory as they came and as they are stored.
    private const int Copies = 2;

    // In bytes of reports: small uploads of many tasks alternate, a bulk upload has its turn by the chunk.
    private const int Quantum = 64 << 10;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly FairQuota<int> _memory;
    private readonly FairTurns<int> _turns;
    private readonly AggregatorMetrics _metrics;

    public UploadAdmission(IOptions<AggregatorOptions> options, AggregatorMetrics metrics)
    {
        UploadOptions upload = options.Value.Upload;
        _memory = new FairQuota<int>(upload.MaximumMemory, upload.MaximumShare);
        // Each works on several threads when there is much; one more keeps the processors busy meanwhile.
        _turns = new FairTurns<int>(options.Value.EffectiveVerificationThreads + 1, Quantum);
        _metrics = metrics;
        metrics.Requests.ObserveUploadMemory(() => Held, upload.MaximumMemory);
    }

    /// <summary>The bytes that requests hold now.</summary>
    public long Held => _memory.Total;

    /// <summary>Lets a request in before its body is read, until it is answered.</summary>
    /// <param name="task">The task.</param>
    /// <param name="contentLength">The length of the body, if the request tells it.</param>
    /// <exception cref="HttpProblemException">
    /// 429: uploads of this task hold their share of the memory; 503: all of it is taken. Both with Retry-After.
    /// </exception>
    public IDisposable Enter(AggregatorTask task, long? contentLength)
    {
        long most = ChunkBytes + task.ReportBodyLength;
        long body = Math.Clamp(contentLength ?? most, 0, most);
        QuotaAnswer answer = _memory.TryTake(task.Key, RequestOverhead + (Copies * body), out IDisposable? room);
        if (answer != QuotaAnswer.Taken)
        {
            _metrics.Requests.UploadShed(answer);
        }

        return answer switch
        {
            QuotaAnswer.Taken => room!,
            QuotaAnswer.OverShare => throw HttpProblemException.TooMany(
                "too many reports of this task are waiting to be stored; upload them again later", RetryAfter),
            _ => throw HttpProblemException.Unavailable("too many reports are waiting to be stored; upload them again later", RetryAfter),
        };
    }

    /// <summary>Waits for the turn to open reports, so many bytes of them; the turn ends when the result is disposed of.</summary>
    public ValueTask<IDisposable> TurnAsync(AggregatorTask task, long bytes, CancellationToken cancellationToken) =>
        _turns.EnterAsync(task.Key, bytes, cancellationToken);
}
