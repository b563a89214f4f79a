using System.IO.Pipelines;

namespace Janus.Aggregator;

/// <summary>What one request holds in memory, from its beginning until it is answered: see <see cref="Arrivals{TParty}"/>.</summary>
internal abstract class Arrival : IDisposable
{
    /// <summary>The request's body; what has arrived of it is held.</summary>
    public abstract PipeReader Body { get; }

    /// <summary>Whether memory is short, so that whatever has arrived should be worked off before more is read.</summary>
    public abstract bool IsShort { get; }

    /// <summary>Records how many bytes of the body have arrived in total.</summary>
    /// <exception cref="HttpProblemException">429 or 503: there is no memory for them; 408: it was given to faster ones.</exception>
    public abstract void Arrived(long bytes);

    /// <summary>Begins work on what has arrived: until <see cref="EndWork"/>, the request does not wait for its sender.</summary>
    /// <exception cref="HttpProblemException">408: its memory was given to faster ones.</exception>
    public abstract void BeginWork();

    /// <summary>Ends work: the request waits for more of the body again.</summary>
    /// <param name="done">How many bytes of the body are not held any more, from its beginning.</param>
    /// <param name="kept">How many bytes are held of what came of them.</param>
    /// <exception cref="HttpProblemException">429 or 503: there is no memory for what is kept.</exception>
    public abstract void EndWork(long done, long kept);

    /// <summary>Begins the answer: the request waits for its sender to read it.</summary>
    public abstract void BeginAnswer();

    /// <summary>Gives everything back.</summary>
    public abstract void Dispose();
}
