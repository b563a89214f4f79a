using System.Runtime.Intrinsics;
using System.Text.Json;
using Janus.Codec;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf.Vectors;

/// <summary>
/// Checks this implementation against test vector files in the published JSON format: VDAF Appendix C (test-vectors).
/// </summary>
public static class VectorVerifier
{
    private const string NotAVector = "the file is not a test vector: ";

    /// <summary>Checks the file at <paramref name="path"/>; its name tells the algorithm.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static VectorResult Verify(string path) =>
        Verify(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path));

    /// <summary>
    /// Checks a vector given by its name, such as <c>Prio3Count_0</c>, and its JSON text, under the instruction set of this
    /// process.
    /// </summary>
    public static VectorResult Verify(string name, ReadOnlyMemory<byte> json) =>
        Verify(name, json, InstructionSets.Current, VdafDraft.Newest);

    /// <summary>
    /// Checks a vector under an instruction set: each operation on one report, and on batches of copies that fill the lanes
    /// of a vector all but one, exactly, and with one left over.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="json">The JSON text.</param>
    /// <param name="instructionSet">The instruction set.</param>
    /// <param name="draft">The draft of the specification that the vector is of.</param>
    public static VectorResult Verify(string name, ReadOnlyMemory<byte> json, InstructionSet instructionSet, VdafDraft draft)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(draft);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            string algorithm = name.Split('_')[0];
            bool supported = algorithm == nameof(XofTurboShake128)
                ? VerifyXof(document.RootElement, instructionSet, draft)
                : TryVerifyVdaf(algorithm, document.RootElement, instructionSet, draft);
            return supported
                ? new VectorResult(name, VectorStatus.Pass, null)
                : new VectorResult(name, VectorStatus.NotSupported, algorithm);
        }
        catch (VectorMismatchException difference)
        {
            return new VectorResult(name, VectorStatus.Fail, difference.Message);
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or IndexOutOfRangeException)
        {
            return new VectorResult(name, VectorStatus.Fail, NotAVector + problem.Message);
        }
        catch (Exception problem) when (problem is ArgumentException or DecodeException)
        {
            return new VectorResult(name, VectorStatus.Fail, problem.Message);
        }
    }

    private static bool TryVerifyVdaf(string algorithm, JsonElement vector, InstructionSet instructionSet, VdafDraft draft)
    {
        Prio3? vdaf = Create(algorithm, vector, draft)?.With(instructionSet);
        if (vdaf is null)
        {
            return false;
        }

        foreach (int copies in BatchSizes(instructionSet))
        {
            new VectorRun(vdaf, vector, copies).Execute();
        }

        return true;
    }

    private static int[] BatchSizes(InstructionSet instructionSet) => instructionSet switch
    {
        InstructionSet.Avx512 => [1, Avx512Lanes.Count - 1, Avx512Lanes.Count, Avx512Lanes.Count + 1],
        InstructionSet.Avx2 => [1, Avx2Lanes.Count - 1, Avx2Lanes.Count, Avx2Lanes.Count + 1],
        _ => [1, 2],
    };

    private static Prio3? Create(string algorithm, JsonElement vector, VdafDraft draft)
    {
        int Shares() => Parameter("shares");
        int Parameter(string key) => vector.GetProperty(key).GetInt32();
        ulong MaxMeasurement() => vector.GetProperty("max_measurement").GetUInt64();
        int OptionalParameter(string key, int otherwise) =>
            vector.TryGetProperty(key, out JsonElement value) ? value.GetInt32() : otherwise;

        return algorithm switch
        {
            "Prio3Count" => Prio3.Count(Shares(), draft),
            "Prio3Sum" => Prio3.Sum(MaxMeasurement(), Shares(), draft),
            "Prio3SumVec" => Prio3.SumVec(
                Parameter("length"), MaxMeasurement(), Parameter("chunk_length"), Shares(), draft),
            "Prio3Histogram" => Prio3.Histogram(Parameter("length"), Parameter("chunk_length"), Shares(), draft),
            "Prio3MultihotCountVec" => Prio3.MultihotCountVec(
                Parameter("length"), Parameter("max_weight"), Parameter("chunk_length"), Shares(), draft),

            // The published files leave out the field and the number of proofs; these are what they were made with.
            "Prio3SumVecWithMultiproof" => Prio3.SumVecWithMultiproof(
                vector.TryGetProperty("field", out JsonElement field)
                    ? Enum.Parse<Prio3Field>(field.GetString() ?? string.Empty)
                    : Prio3Field.Field64,
                OptionalParameter("proofs", 3),
                Parameter("length"),
                MaxMeasurement(),
                Parameter("chunk_length"),
                Shares(),
                draft),
            "Prio3HigherDegree" => Prio3.Create<Field64>(
                draft, Prio3.ExperimentalAlgorithmId, algorithm, Shares(), 1, new CircuitParameters.OfHigherDegree()),
            _ => null,
        };
    }

    private static bool VerifyXof(JsonElement vector, InstructionSet instructionSet, VdafDraft draft)
    {
        VerifyXof<XofGroup<Field128>, Field128>(vector, draft.XofLayout);
        if (instructionSet == InstructionSet.Avx2)
        {
            VerifyXofLanes<Avx2Lanes, Vector256<ulong>>(vector, draft.XofLayout);
        }
        else if (instructionSet == InstructionSet.Avx512)
        {
            VerifyXofLanes<Avx512Lanes, Vector512<ulong>>(vector, draft.XofLayout);
        }

        return true;
    }

    private static void VerifyXofLanes<TLanes, TVector>(JsonElement vector, XofLayout layout)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged =>
        VerifyXof<XofGroupLanes<TLanes, TVector, Field128Lanes<TLanes, TVector>>, Field128Lanes<TLanes, TVector>>(vector, layout);

    // The same in every lane.
    private static void VerifyXof<TXof, TField>(JsonElement vector, XofLayout layout)
        where TXof : struct, IXofGroup<TXof, TField>, allows ref struct
        where TField : unmanaged, INttField<TField>
    {
        byte[] Bytes(string key) => Convert.FromHexString(vector.GetProperty(key).GetString() ?? string.Empty);

        byte[] seeds = [.. Enumerable.Repeat(Bytes("seed"), TField.Lanes).SelectMany(seed => seed)], dst = Bytes("dst"), binder = Bytes("binder");
        byte[] derived = new byte[TField.Lanes * layout.SeedSize];
        using Scratch scratch = new(TXof.MemoryLength);
        TXof xof = TXof.Create(scratch.Memory);
        xof.Start(layout, dst, []);
        xof.BindRows(seeds);
        xof.Bind(binder);
        xof.NextRows(derived);
        CompareRows("derived_seed", Bytes("derived_seed"), derived, TField.Lanes);

        TField[] vec = new TField[vector.GetProperty("length").GetInt32()];
        byte[] encoded = new byte[TField.Lanes * vec.Length * TField.EncodedSize];
        xof.Start(layout, dst, []);
        xof.BindRows(seeds);
        xof.Bind(binder);
        xof.NextVec(vec);
        TField.EncodeRows(vec, encoded, vec.Length * TField.EncodedSize, TField.Lanes);
        CompareRows("expanded_vec_field128", Bytes("expanded_vec_field128"), encoded, TField.Lanes);
        xof.Dispose();
    }

    private static void CompareRows(string what, byte[] expected, byte[] rows, int count)
    {
        int length = rows.Length / count;
        for (int row = 0; row < count; row++)
        {
            VectorMismatchException.ThrowIfDifferent(what, expected, rows.AsSpan(row * length, length));
        }
    }
}
