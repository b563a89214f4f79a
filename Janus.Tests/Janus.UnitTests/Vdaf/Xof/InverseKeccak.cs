using System.Numerics;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

/// <summary>Undoes <see cref="KeccakP1600"/>, so that a test can choose what a sponge gives next.</summary>
internal static class InverseKeccak
{
    // Theta's order is 3·64, chi's four: all powers but the last undo them.
    private const int ThetaPower = (3 * 64) - 1;
    private const int ChiPower = 3;

    /// <summary>The state that is permuted into the given one.</summary>
    public static ulong[] Permute(ReadOnlySpan<ulong> state)
    {
        ulong[] a = state.ToArray();
        for (int round = KeccakP1600.RoundConstants.Length - 1; round >= 0; round--)
        {
            a[0] ^= KeccakP1600.RoundConstants[round];
            for (int i = 0; i < ChiPower; i++)
            {
                a = [.. a.Select((lane, at) => lane ^ (~a[Lane(at, 1)] & a[Lane(at, 2)]))];
            }

            a = UndoRhoAndPi(a);
            for (int i = 0; i < ThetaPower; i++)
            {
                Theta(a);
            }
        }

        return a;
    }

    // The lane so many places to the right in the same row.
    private static int Lane(int at, int right) => (at / 5 * 5) + ((at + right - (at / 5 * 5)) % 5);

    private static void Theta(ulong[] a)
    {
        ulong[] parity = new ulong[5];
        for (int i = 0; i < a.Length; i++)
        {
            parity[i % 5] ^= a[i];
        }

        for (int i = 0; i < a.Length; i++)
        {
            a[i] ^= parity[(i + 4) % 5] ^ BitOperations.RotateLeft(parity[(i + 1) % 5], 1);
        }
    }

    // FIPS 202 §3.2.2 and §3.2.3: from (1, 0) on, lane (x, y) goes to (y, 2x + 3y) and is rotated by (t + 1)(t + 2)/2.
    private static ulong[] UndoRhoAndPi(ulong[] a)
    {
        ulong[] undone = new ulong[a.Length];
        undone[0] = a[0];
        (int x, int y) = (1, 0);
        for (int t = 0; t < 24; t++)
        {
            (int nextX, int nextY) = (y, ((2 * x) + (3 * y)) % 5);
            undone[x + (5 * y)] = BitOperations.RotateRight(a[nextX + (5 * nextY)], (t + 1) * (t + 2) / 2);
            (x, y) = (nextX, nextY);
        }

        return undone;
    }
}
