using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Janus.Codec;

/// <summary>
/// Decodes the elements of an HTTP body while it arrives, so that a body of any length needs only the
/// memory of one element.
/// </summary>
/// <remarks>
/// An element is decoded once, when its last byte is there; until then only its length prefixes are read.
/// The caller completes the <see cref="PipeReader"/>. Not safe for concurrent use.
/// </remarks>
public sealed class WireStreamReader
{
    private readonly PipeReader _reader;

    /// <summary>Starts at the next unread byte of <paramref name="reader"/>.</summary>
    public WireStreamReader(PipeReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _reader = reader;
    }

    /// <summary>The number of bytes decoded so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Decodes one structure and leaves what follows it unread.</summary>
    /// <param name="maximumLength">The longest encoding to accept, in bytes.</param>
    /// <param name="cancellationToken">Stops waiting for bytes.</param>
    /// <exception cref="DecodeException">The body ends early, or the structure is malformed or too long.</exception>
    public async ValueTask<T> ReadOneAsync<T>(int maximumLength, CancellationToken cancellationToken = default)
        where T : IWireElement<T>
    {
        long needed = 0;
        while (true)
        {
            ReadResult result = await ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            SequencePosition examined = buffer.End;
            try
            {
                if (TryTake(ref buffer, maximumLength, ref needed, out T? element))
                {
                    examined = buffer.Start;
                    return element!;
                }

                if (result.IsCompleted)
                {
                    throw Truncated<T>(buffer.Length);
                }
            }
            finally
            {
                _reader.AdvanceTo(buffer.Start, examined);
            }
        }
    }

    /// <summary>Decodes elements until the body ends.</summary>
    /// <param name="maximumElementLength">The longest encoding of one element to accept, in bytes.</param>
    /// <param name="cancellationToken">Stops waiting for bytes.</param>
    /// <exception cref="DecodeException">
    /// The body ends within an element, or an element is malformed or too long. Elements before it have been
    /// yielded.
    /// </exception>
    public async IAsyncEnumerable<T> ReadAllAsync<T>(
        int maximumElementLength,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : IWireElement<T>
    {
        long needed = 0;
        while (true)
        {
            ReadResult result = await ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            SequencePosition examined = buffer.Start;
            try
            {
                while (TryTake(ref buffer, maximumElementLength, ref needed, out T? element))
                {
                    examined = buffer.Start;
                    yield return element!;
                }

                if (result.IsCompleted)
                {
                    if (!buffer.IsEmpty)
                    {
                        throw Truncated<T>(buffer.Length);
                    }

                    yield break;
                }

                examined = buffer.End;
            }
            finally
            {
                _reader.AdvanceTo(buffer.Start, examined);
            }
        }
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        ReadResult result = await _reader.ReadAsync(cancellationToken);
        if (result.IsCanceled)
        {
            _reader.AdvanceTo(result.Buffer.Start);
            throw new OperationCanceledException("reading the body was canceled");
        }

        return result;
    }

    // `needed` is what the last measurement of an unfinished element asked for: below it, bytes cannot help.
    private bool TryTake<T>(ref ReadOnlySequence<byte> buffer, int maximumLength, ref long needed, out T? element)
        where T : IWireElement<T>
    {
        element = default;
        if (buffer.IsEmpty || buffer.Length < needed)
        {
            return false;
        }

        WireRuler ruler = new(buffer);
        T.Measure(ref ruler);
        if (ruler.Length > maximumLength)
        {
            throw new DecodeException(typeof(T).Name, Offset, $"expected at most {maximumLength} bytes, got at least {ruler.Length}");
        }

        if (!ruler.IsComplete)
        {
            needed = ruler.Length;
            return false;
        }

        needed = 0;
        element = Decode<T>(buffer.Slice(0, ruler.Length));
        buffer = buffer.Slice(ruler.Length);
        Offset += ruler.Length;
        return true;
    }

    private T Decode<T>(ReadOnlySequence<byte> encoded)
        where T : IWireElement<T>
    {
        if (encoded.IsSingleSegment)
        {
            return Decode<T>(encoded.FirstSpan);
        }

        int length = (int)encoded.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            encoded.CopyTo(rented);
            return Decode<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private T Decode<T>(ReadOnlySpan<byte> encoded)
        where T : IWireElement<T>
    {
        WireReader reader = new(encoded, Offset);
        T element = T.Decode(ref reader);
        reader.ExpectEnd(typeof(T).Name);
        return element;
    }

    private DecodeException Truncated<T>(long left) =>
        new(typeof(T).Name, Offset, $"the body ends within the element, after {left} bytes of it");
}
