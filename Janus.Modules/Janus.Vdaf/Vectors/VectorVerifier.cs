using System.Text.Json;
using Janus.Codec;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
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

    /// <summary>Checks a vector given by its name, such as <c>Prio3Count_0</c>, and its JSON text.</summary>
    public static VectorResult Verify(string name, ReadOnlyMemory<byte> json)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            string algorithm = name.Split('_')[0];
            bool supported = algorithm == nameof(XofTurboShake128)
                ? VerifyXof(document.RootElement)
                : TryVerifyVdaf(algorithm, document.RootElement);
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

    private static bool TryVerifyVdaf(string algorithm, JsonElement vector)
    {
        Prio3? vdaf = Create(algorithm, vector);
        if (vdaf is null)
        {
            return false;
        }

        new VectorRun(vdaf, vector).Execute();
        return true;
    }

    private static Prio3? Create(string algorithm, JsonElement vector)
    {
        int Shares() => Parameter("shares");
        int Parameter(string key) => vector.GetProperty(key).GetInt32();
        ulong MaxMeasurement() => vector.GetProperty("max_measurement").GetUInt64();
        int OptionalParameter(string key, int otherwise) =>
            vector.TryGetProperty(key, out JsonElement value) ? value.GetInt32() : otherwise;

        return algorithm switch
        {
            "Prio3Count" => Prio3.Count(Shares()),
            "Prio3Sum" => Prio3.Sum(MaxMeasurement(), Shares()),
            "Prio3SumVec" => Prio3.SumVec(Parameter("length"), MaxMeasurement(), Parameter("chunk_length"), Shares()),
            "Prio3Histogram" => Prio3.Histogram(Parameter("length"), Parameter("chunk_length"), Shares()),
            "Prio3MultihotCountVec" => Prio3.MultihotCountVec(
                Parameter("length"), Parameter("max_weight"), Parameter("chunk_length"), Shares()),

            // The published files leave out the field and the number of proofs; these are what they were made with.
            "Prio3SumVecWithMultiproof" => Prio3.SumVecWithMultiproof(
                vector.TryGetProperty("field", out JsonElement field)
                    ? Enum.Parse<Prio3Field>(field.GetString() ?? string.Empty)
                    : Prio3Field.Field64,
                OptionalParameter("proofs", 3),
                Parameter("length"),
                MaxMeasurement(),
                Parameter("chunk_length"),
                Shares()),
            "Prio3HigherDegree" => Prio3.Create<Field64>(
                Prio3.ExperimentalAlgorithmId, algorithm, Shares(), 1, new CircuitParameters.OfHigherDegree()),
            _ => null,
        };
    }

    private static bool VerifyXof(JsonElement vector)
    {
        byte[] Bytes(string key) => Convert.FromHexString(vector.GetProperty(key).GetString() ?? string.Empty);

        byte[] seed = Bytes("seed"), dst = Bytes("dst"), binder = Bytes("binder");
        byte[] derived = new byte[XofTurboShake128.SeedSize];
        XofTurboShake128 xof = new(seed, dst, []);
        xof.Bind(binder);
        xof.Next(derived);
        VectorMismatchException.ThrowIfDifferent("derived_seed", Bytes("derived_seed"), derived);

        Field128[] vec = new Field128[vector.GetProperty("length").GetInt32()];
        xof = new XofTurboShake128(seed, dst, []);
        xof.Bind(binder);
        xof.NextVec<Field128>(vec);
        byte[] encoded = new byte[vec.Length * Field128.EncodedSize];
        FieldVector.Encode<Field128>(vec, encoded);
        VectorMismatchException.ThrowIfDifferent("expanded_vec_field128", Bytes("expanded_vec_field128"), encoded);
        return true;
    }
}
