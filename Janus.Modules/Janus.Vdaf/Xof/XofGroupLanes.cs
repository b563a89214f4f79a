using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Xof;

/// <summary>XofTurboShake128 in every lane of a vector: <see cref="XofTurboShake128"/> is the reference.</summary>
/// <remarks>
/// The lanes' messages have the same length, so they go through the sponge word by word together. A message in which a
/// vector of elements begins at an odd byte is shifted into place.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
/// <typeparam name="TField">The field.</typeparam>
internal ref struct XofGroupLanes<TLanes, TVector, TField> : IXofGroup<XofGroupLanes<TLanes, TVector, TField>, TField>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TField : unmanaged, ILaneField<TField>
{
    private const int StateWords = 25;
    private const int RateWords = TurboShake128.Rate / sizeof(ulong);
    private const byte Domain = 1;

    // So many elements are checked while they are in the cache.
    private const int TileLength = 64;

    private readonly Span<TVector> _state;
    private readonly Span<TVector> _initial;

    // The word of the block that comes next, and the bytes that have been taken for it, fewer than eight.
    private int _word;
    private TVector _partial;
    private int _partialBytes;
    private bool _squeezing;

    private XofGroupLanes(WorkingMemory memory)
    {
        _state = memory.Take<TVector>(StateWords);
        _initial = memory.Take<TVector>(StateWords);
    }

    public static long MemoryLength => 2 * WorkingMemory.LengthOf<TVector>(StateWords);

    public static XofGroupLanes<TLanes, TVector, TField> Create(WorkingMemory memory) => new(memory);

    public void Start(XofLayout layout, scoped ReadOnlySpan<byte> dstPrefix, scoped ReadOnlySpan<byte> dstRest)
    {
        _state.Clear();
        _word = 0;
        _partial = default;
        _partialBytes = 0;
        _squeezing = false;
        Span<byte> length = stackalloc byte[XofLayout.MaximumDstLengthSize];
        Bind(layout.WriteDstLength(length, dstPrefix.Length + dstRest.Length));
        Bind(dstPrefix);
        Bind(dstRest);
        if (layout.HasSeedLength)
        {
            Bind([(byte)layout.SeedSize]);
        }
    }

    public void Bind(scoped ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            Absorb(TLanes.Broadcast(BinaryPrimitives.ReadUInt64LittleEndian(bytes)), sizeof(ulong));
        }

        if (!bytes.IsEmpty)
        {
            Absorb(TLanes.Broadcast(ReadPart(bytes)), bytes.Length);
        }
    }

    public void BindRows(scoped ReadOnlySpan<byte> rows)
    {
        int length = rows.Length / TLanes.Count;
        Span<ulong> lanes = stackalloc ulong[TLanes.Count];
        for (int position = 0; position < length; position += sizeof(ulong))
        {
            int count = Math.Min(sizeof(ulong), length - position);
            for (int lane = 0; lane < lanes.Length; lane++)
            {
                lanes[lane] = ReadPart(rows.Slice((lane * length) + position, count));
            }

            Absorb(MemoryMarshal.Cast<ulong, TVector>(lanes)[0], count);
        }

        lanes.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void BindVec(scoped ReadOnlySpan<TField> vector)
    {
        ReadOnlySpan<TVector> words = MemoryMarshal.Cast<TField, TVector>(vector);
        while (!words.IsEmpty)
        {
            int count = Math.Min(RateWords - _word, words.Length);
            Span<TVector> block = _state.Slice(_word, count);
            if (_partialBytes == 0)
            {
                for (int i = 0; i < block.Length; i++)
                {
                    block[i] = TLanes.Xor(block[i], words[i]);
                }
            }
            else
            {
                int shift = 8 * _partialBytes;
                TVector partial = _partial;
                for (int i = 0; i < block.Length; i++)
                {
                    TVector word = words[i];
                    block[i] = TLanes.Xor(block[i], partial, TLanes.ShiftLeftBy(word, shift));
                    partial = TLanes.ShiftRightBy(word, 64 - shift);
                }

                _partial = partial;
            }

            words = words[count..];
            Advance(count);
        }
    }

    public void NextRows(scoped Span<byte> rows)
    {
        StartSqueezing();
        int length = rows.Length / TLanes.Count;
        Span<TVector> words = stackalloc TVector[length / sizeof(ulong)];
        Squeeze(words);
        LaneRows<TLanes, TVector>.Write(words, rows, length, TLanes.Count);
        MemoryMarshal.AsBytes(words).Clear();
    }

    public void NextVec(scoped Span<TField> vector)
    {
        StartSqueezing();
        _state.CopyTo(_initial);
        ulong skipping = 0;
        for (int start = 0; start < vector.Length; start += TileLength)
        {
            Span<TField> tile = vector.Slice(start, Math.Min(TileLength, vector.Length - start));
            Squeeze(MemoryMarshal.Cast<TField, TVector>(tile));
            skipping |= TField.LanesAboveModulus(tile);
        }

        // Rare: which candidates are skipped says nothing about those that are kept.
        for (int lane = 0; skipping != 0; lane++, skipping >>= 1)
        {
            if ((skipping & 1) != 0)
            {
                ExpandAlone(lane, vector);
            }
        }
    }

    public void Dispose()
    {
        _state.Clear();
        _initial.Clear();
        _partial = default;
    }

    private static ulong ReadPart(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        ulong word = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            word |= (ulong)bytes[i] << (8 * i);
        }

        return word;
    }

    // Takes up to eight bytes, whose unused upper part is zero.
    private void Absorb(TVector word, int count)
    {
        if (_partialBytes == 0 && count == sizeof(ulong))
        {
            _state[_word] = TLanes.Xor(_state[_word], word);
            Advance(1);
            return;
        }

        TVector joined = TLanes.Or(_partial, TLanes.ShiftLeftBy(word, 8 * _partialBytes));
        int bytes = _partialBytes + count;
        if (bytes < sizeof(ulong))
        {
            _partial = joined;
            _partialBytes = bytes;
            return;
        }

        _state[_word] = TLanes.Xor(_state[_word], joined);
        _partial = _partialBytes == 0 ? default : TLanes.ShiftRightBy(word, 8 * (sizeof(ulong) - _partialBytes));
        _partialBytes = bytes - sizeof(ulong);
        Advance(1);
    }

    private void Advance(int words)
    {
        _word += words;
        if (_word == RateWords)
        {
            KeccakP1600Lanes<TLanes, TVector>.Permute(_state);
            _word = 0;
        }
    }

    private void StartSqueezing()
    {
        if (_squeezing)
        {
            return;
        }

        TVector last = TLanes.Or(_partial, TLanes.Broadcast((ulong)Domain << (8 * _partialBytes)));
        _state[_word] = TLanes.Xor(_state[_word], last);
        _state[RateWords - 1] = TLanes.Xor(_state[RateWords - 1], TLanes.Broadcast(0x80UL << 56));
        _word = RateWords;
        _squeezing = true;
    }

    private void Squeeze(scoped Span<TVector> words)
    {
        while (!words.IsEmpty)
        {
            if (_word == RateWords)
            {
                KeccakP1600Lanes<TLanes, TVector>.Permute(_state);
                _word = 0;
            }

            int count = Math.Min(RateWords - _word, words.Length);
            _state.Slice(_word, count).CopyTo(words);
            words = words[count..];
            _word += count;
        }
    }

    private void ExpandAlone(int lane, scoped Span<TField> vector)
    {
        Span<ulong> state = stackalloc ulong[StateWords];
        ReadOnlySpan<ulong> lanes = MemoryMarshal.Cast<TVector, ulong>(_initial);
        for (int i = 0; i < StateWords; i++)
        {
            state[i] = lanes[(i * TLanes.Count) + lane];
        }

        XofTurboShake128 xof = new(state);
        TField.Expand(ref xof, lane, vector);
        xof.Dispose();
        state.Clear();
    }
}
