using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Xof;

/// <summary>The permutation Keccak-p[1600, 12] of several states side by side: <see cref="KeccakP1600"/> is the reference.</summary>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class KeccakP1600Lanes<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Permutes states of 25 vectors, lane x + 5·y of every state at index x + 5·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Permute(Span<TVector> state)
    {
        _ = state[24];
        ref TVector s = ref MemoryMarshal.GetReference(state);
        TVector a24 = Unsafe.Add(ref s, 24);
        TVector a0 = Unsafe.Add(ref s, 0);
        TVector a1 = Unsafe.Add(ref s, 1);
        TVector a2 = Unsafe.Add(ref s, 2);
        TVector a3 = Unsafe.Add(ref s, 3);
        TVector a4 = Unsafe.Add(ref s, 4);
        TVector a5 = Unsafe.Add(ref s, 5);
        TVector a6 = Unsafe.Add(ref s, 6);
        TVector a7 = Unsafe.Add(ref s, 7);
        TVector a8 = Unsafe.Add(ref s, 8);
        TVector a9 = Unsafe.Add(ref s, 9);
        TVector a10 = Unsafe.Add(ref s, 10);
        TVector a11 = Unsafe.Add(ref s, 11);
        TVector a12 = Unsafe.Add(ref s, 12);
        TVector a13 = Unsafe.Add(ref s, 13);
        TVector a14 = Unsafe.Add(ref s, 14);
        TVector a15 = Unsafe.Add(ref s, 15);
        TVector a16 = Unsafe.Add(ref s, 16);
        TVector a17 = Unsafe.Add(ref s, 17);
        TVector a18 = Unsafe.Add(ref s, 18);
        TVector a19 = Unsafe.Add(ref s, 19);
        TVector a20 = Unsafe.Add(ref s, 20);
        TVector a21 = Unsafe.Add(ref s, 21);
        TVector a22 = Unsafe.Add(ref s, 22);
        TVector a23 = Unsafe.Add(ref s, 23);

        foreach (ulong roundConstant in KeccakP1600.RoundConstants)
        {
            TVector c0 = TLanes.Xor(TLanes.Xor(a0, a5, a10), a15, a20);
            TVector c1 = TLanes.Xor(TLanes.Xor(a1, a6, a11), a16, a21);
            TVector c2 = TLanes.Xor(TLanes.Xor(a2, a7, a12), a17, a22);
            TVector c3 = TLanes.Xor(TLanes.Xor(a3, a8, a13), a18, a23);
            TVector c4 = TLanes.Xor(TLanes.Xor(a4, a9, a14), a19, a24);
            TVector d0 = TLanes.Xor(c4, TLanes.RotateLeft(c1, 1));
            TVector d1 = TLanes.Xor(c0, TLanes.RotateLeft(c2, 1));
            TVector d2 = TLanes.Xor(c1, TLanes.RotateLeft(c3, 1));
            TVector d3 = TLanes.Xor(c2, TLanes.RotateLeft(c4, 1));
            TVector d4 = TLanes.Xor(c3, TLanes.RotateLeft(c0, 1));

            TVector b0 = TLanes.Xor(a0, d0);
            TVector b1 = TLanes.RotateLeft(TLanes.Xor(a6, d1), 44);
            TVector b2 = TLanes.RotateLeft(TLanes.Xor(a12, d2), 43);
            TVector b3 = TLanes.RotateLeft(TLanes.Xor(a18, d3), 21);
            TVector b4 = TLanes.RotateLeft(TLanes.Xor(a24, d4), 14);
            TVector b5 = TLanes.RotateLeft(TLanes.Xor(a3, d3), 28);
            TVector b6 = TLanes.RotateLeft(TLanes.Xor(a9, d4), 20);
            TVector b7 = TLanes.RotateLeft(TLanes.Xor(a10, d0), 3);
            TVector b8 = TLanes.RotateLeft(TLanes.Xor(a16, d1), 45);
            TVector b9 = TLanes.RotateLeft(TLanes.Xor(a22, d2), 61);
            TVector b10 = TLanes.RotateLeft(TLanes.Xor(a1, d1), 1);
            TVector b11 = TLanes.RotateLeft(TLanes.Xor(a7, d2), 6);
            TVector b12 = TLanes.RotateLeft(TLanes.Xor(a13, d3), 25);
            TVector b13 = TLanes.RotateLeft(TLanes.Xor(a19, d4), 8);
            TVector b14 = TLanes.RotateLeft(TLanes.Xor(a20, d0), 18);
            TVector b15 = TLanes.RotateLeft(TLanes.Xor(a4, d4), 27);
            TVector b16 = TLanes.RotateLeft(TLanes.Xor(a5, d0), 36);
            TVector b17 = TLanes.RotateLeft(TLanes.Xor(a11, d1), 10);
            TVector b18 = TLanes.RotateLeft(TLanes.Xor(a17, d2), 15);
            TVector b19 = TLanes.RotateLeft(TLanes.Xor(a23, d3), 56);
            TVector b20 = TLanes.RotateLeft(TLanes.Xor(a2, d2), 62);
            TVector b21 = TLanes.RotateLeft(TLanes.Xor(a8, d3), 55);
            TVector b22 = TLanes.RotateLeft(TLanes.Xor(a14, d4), 39);
            TVector b23 = TLanes.RotateLeft(TLanes.Xor(a15, d0), 41);
            TVector b24 = TLanes.RotateLeft(TLanes.Xor(a21, d1), 2);

            a0 = TLanes.Xor(TLanes.Chi(b0, b1, b2), TLanes.Broadcast(roundConstant));
            a1 = TLanes.Chi(b1, b2, b3);
            a2 = TLanes.Chi(b2, b3, b4);
            a3 = TLanes.Chi(b3, b4, b0);
            a4 = TLanes.Chi(b4, b0, b1);
            a5 = TLanes.Chi(b5, b6, b7);
            a6 = TLanes.Chi(b6, b7, b8);
            a7 = TLanes.Chi(b7, b8, b9);
            a8 = TLanes.Chi(b8, b9, b5);
            a9 = TLanes.Chi(b9, b5, b6);
            a10 = TLanes.Chi(b10, b11, b12);
            a11 = TLanes.Chi(b11, b12, b13);
            a12 = TLanes.Chi(b12, b13, b14);
            a13 = TLanes.Chi(b13, b14, b10);
            a14 = TLanes.Chi(b14, b10, b11);
            a15 = TLanes.Chi(b15, b16, b17);
            a16 = TLanes.Chi(b16, b17, b18);
            a17 = TLanes.Chi(b17, b18, b19);
            a18 = TLanes.Chi(b18, b19, b15);
            a19 = TLanes.Chi(b19, b15, b16);
            a20 = TLanes.Chi(b20, b21, b22);
            a21 = TLanes.Chi(b21, b22, b23);
            a22 = TLanes.Chi(b22, b23, b24);
            a23 = TLanes.Chi(b23, b24, b20);
            a24 = TLanes.Chi(b24, b20, b21);
        }

        Unsafe.Add(ref s, 24) = a24;
        Unsafe.Add(ref s, 0) = a0;
        Unsafe.Add(ref s, 1) = a1;
        Unsafe.Add(ref s, 2) = a2;
        Unsafe.Add(ref s, 3) = a3;
        Unsafe.Add(ref s, 4) = a4;
        Unsafe.Add(ref s, 5) = a5;
        Unsafe.Add(ref s, 6) = a6;
        Unsafe.Add(ref s, 7) = a7;
        Unsafe.Add(ref s, 8) = a8;
        Unsafe.Add(ref s, 9) = a9;
        Unsafe.Add(ref s, 10) = a10;
        Unsafe.Add(ref s, 11) = a11;
        Unsafe.Add(ref s, 12) = a12;
        Unsafe.Add(ref s, 13) = a13;
        Unsafe.Add(ref s, 14) = a14;
        Unsafe.Add(ref s, 15) = a15;
        Unsafe.Add(ref s, 16) = a16;
        Unsafe.Add(ref s, 17) = a17;
        Unsafe.Add(ref s, 18) = a18;
        Unsafe.Add(ref s, 19) = a19;
        Unsafe.Add(ref s, 20) = a20;
        Unsafe.Add(ref s, 21) = a21;
        Unsafe.Add(ref s, 22) = a22;
        Unsafe.Add(ref s, 23) = a23;
    }
}
