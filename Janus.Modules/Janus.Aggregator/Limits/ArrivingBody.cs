using System.IO.Pipelines;

namespace Janus.Aggregator;

/// <summary>Tells an <see cref="Arrival"/> how much of a body has arrived, as it is read.</summary>
internal sealed class ArrivingBody(PipeReader inner, Arrival arrival) : PipeReader
{
    private ReadResult _last;
    private long _consumed;

    /// <inheritdoc/>
    /// <exception cref="HttpProblemException">
    /// 429 or 503: there is no memory for what has arrived; 408: it was given to faster ones.
    /// </exception>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        _last = await inner.ReadAsync(cancellationToken);
        Charge();
        return _last;
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool isRead = inner.TryRead(out result);
        if (isRead)
        {
            _last = result;
            Charge();
        }

        return isRead;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _last.Buffer.Slice(0, consumed).Length;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private void Charge()
    {
        try
        {
            arrival.Arrived(_consumed + _last.Buffer.Length);
        }
        catch (HttpProblemException)
        {
            // The server reads on until the connection can be closed.
            inner.AdvanceTo(_last.Buffer.Start);
            throw;
        }
    }
}
