using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Janus.Vdaf.Xof;

/// <summary>TurboSHAKE128 as a stream: absorb, then squeeze: RFC 9861 §2.</summary>
internal struct TurboShake128
{
    /// <summary>The number of bytes absorbed or squeezed per permutation.</summary>
    public const int Rate = 168;

    private readonly byte _domain;
    private Lanes _state;
    private int _position;
    private bool _squeezing;

    /// <summary>Starts with an empty message.</summary>
    /// <param name="domain">The domain separation byte, in 0x01 … 0x7F.</param>
    public TurboShake128(byte domain) => _domain = domain;

    /// <summary>Goes on from a state whose last block has been absorbed and padded, but not permuted.</summary>
    public TurboShake128(ReadOnlySpan<ulong> paddedState)
    {
        paddedState.CopyTo(_state);
        _position = Rate;
        _squeezing = true;
    }

    /// <summary>Appends to the message. Nothing may have been squeezed yet.</summary>
    public void Absorb(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            Span<ulong> words = WordsTo(message.Length);
            for (int i = 0; i < words.Length; i++)
            {
                words[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(message[(i * sizeof(ulong))..]);
            }

            message = message[(words.Length * sizeof(ulong))..];
            _position += words.Length * sizeof(ulong);
            if (words.IsEmpty)
            {
                XorByte(_position, message[0]);
                message = message[1..];
                _position++;
            }

            PermuteAtEndOfBlock();
        }
    }

    /// <summary>Produces the next bytes of the output.</summary>
    public void Squeeze(Span<byte> output)
    {
        if (!_squeezing)
        {
            XorByte(_position, _domain);
            XorByte(Rate - 1, 0x80);
            _position = Rate;
            _squeezing = true;
        }

        while (!output.IsEmpty)
        {
            PermuteAtEndOfBlock();
            ReadOnlySpan<ulong> words = WordsTo(output.Length);
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(output[(i * sizeof(ulong))..], words[i]);
            }

            output = output[(words.Length * sizeof(ulong))..];
            _position += words.Length * sizeof(ulong);
            if (words.IsEmpty)
            {
                output[0] = (byte)(_state[_position >> 3] >> (8 * (_position & 7)));
                output = output[1..];
                _position++;
            }
        }
    }

    /// <summary>Zeroes the state.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)_state));

    // The whole words of the block that so many bytes reach from here; none within a word.
    [UnscopedRef]
    private Span<ulong> WordsTo(int length)
    {
        int words = (_position & 7) == 0 ? Math.Min(length, Rate - _position) / sizeof(ulong) : 0;
        return ((Span<ulong>)_state).Slice(_position / sizeof(ulong), words);
    }

    private void XorByte(int position, byte value) => _state[position >> 3] ^= (ulong)value << (8 * (position & 7));

    private void PermuteAtEndOfBlock()
    {
        if (_position == Rate)
        {
            KeccakP1600.Permute(_state);
            _position = 0;
        }
    }

    [InlineArray(25)]
    private struct Lanes
    {
        private ulong _lane;
    }
}
