using System.Security.Cryptography;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Xof;

/// <summary>The XOF of Prio3: VDAF §6.2.1 (xof-turboshake128).</summary>
internal struct XofTurboShake128 : IDisposable
{
    // Two blocks of the sponge, and a whole number of elements of 8 and of 16 bytes.
    private const int BufferLength = 2 * TurboShake128.Rate;

    private TurboShake128 _sponge;

    /// <summary>Starts from a domain separation tag given in two parts; the seed and the binder follow.</summary>
    public XofTurboShake128(XofLayout layout, ReadOnlySpan<byte> dstPrefix, ReadOnlySpan<byte> dstRest)
    {
        _sponge = new TurboShake128(domain: 1);
        Span<byte> length = stackalloc byte[XofLayout.MaximumDstLengthSize];
        _sponge.Absorb(layout.WriteDstLength(length, dstPrefix.Length + dstRest.Length));
        _sponge.Absorb(dstPrefix);
        _sponge.Absorb(dstRest);
        if (layout.HasSeedLength)
        {
            _sponge.Absorb([(byte)layout.SeedSize]);
        }
    }

    /// <summary>Starts from a seed and a domain separation tag given in two parts; the binder follows.</summary>
    public XofTurboShake128(XofLayout layout, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> dstPrefix, ReadOnlySpan<byte> dstRest)
        : this(layout, dstPrefix, dstRest)
    {
        Arguments.CheckLength(seed.Length, layout.SeedSize, nameof(seed));
        _sponge.Absorb(seed);
    }

    /// <summary>Goes on from the state of a sponge of which nothing has been squeezed since its last block was padded.</summary>
    public XofTurboShake128(ReadOnlySpan<ulong> paddedState) => _sponge = new TurboShake128(paddedState);

    /// <summary>Appends to the binder string.</summary>
    public void Bind(ReadOnlySpan<byte> binder) => _sponge.Absorb(binder);

    /// <summary>Appends an encoded vector to the binder string.</summary>
    public void Bind<TField>(ReadOnlySpan<TField> vector)
        where TField : unmanaged, IScalarField<TField>
    {
        Span<byte> buffer = stackalloc byte[BufferLength];
        int elementsPerBuffer = BufferLength / TField.EncodedSize;
        while (!vector.IsEmpty)
        {
            ReadOnlySpan<TField> part = vector[..Math.Min(elementsPerBuffer, vector.Length)];
            Span<byte> encoded = buffer[..(part.Length * TField.EncodedSize)];
            FieldVector.Encode(part, encoded);
            _sponge.Absorb(encoded);
            vector = vector[part.Length..];
        }

        CryptographicOperations.ZeroMemory(buffer);
    }

    /// <summary>Produces the next bytes.</summary>
    public void Next(Span<byte> output) => _sponge.Squeeze(output);

    /// <summary>Produces the next field elements, skipping encodings that are not below the modulus.</summary>
    /// <remarks>Bytes left over in the last block are dropped: call this once, after which the XOF is used up.</remarks>
    public void NextVec<TField>(Span<TField> vector)
        where TField : unmanaged, IScalarField<TField>
    {
        Span<byte> buffer = stackalloc byte[BufferLength];
        int produced = 0;
        while (produced < vector.Length)
        {
            int wanted = Math.Min(BufferLength, (vector.Length - produced) * TField.EncodedSize);
            Span<byte> stream = buffer[..wanted];
            _sponge.Squeeze(stream);
            for (int offset = 0; offset < wanted; offset += TField.EncodedSize)
            {
                // Which candidates are skipped says nothing about those that are kept.
                if (TField.TryRead(stream.Slice(offset, TField.EncodedSize), out TField element))
                {
                    vector[produced++] = element;
                }
            }
        }

        CryptographicOperations.ZeroMemory(buffer);
    }

    /// <summary>Zeroes the state.</summary>
    public void Dispose() => _sponge.Clear();
}
