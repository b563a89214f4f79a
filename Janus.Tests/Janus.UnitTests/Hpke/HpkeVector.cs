using System.Text.Json;
using Janus.Hpke;

namespace Janus.UnitTests.Hpke;

/// <summary>A base-mode vector in this repository's format: bytes in hex; RFC 9180's appendix has the optional parts for some suites.</summary>
public sealed record HpkeVector(
    ushort Kem,
    ushort Kdf,
    ushort Aead,
    string Info,
    string PrivateKey,
    string PublicKey,
    string Enc,
    string BaseNonce,
    IReadOnlyList<HpkeVector.Message> Messages,
    string? Ikm = null,
    string? EphemeralIkm = null,
    string? EphemeralPrivateKey = null,
    string? SharedSecret = null,
    string? Key = null,
    string? ExporterSecret = null,
    IReadOnlyList<HpkeVector.Exported>? Exports = null)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public HpkeSuite Suite => new((HpkeKemId)Kem, (HpkeKdfId)Kdf, (HpkeAeadId)Aead);

    public static IReadOnlyList<HpkeVector> All { get; } = Load();

    public static IEnumerable<HpkeVector> Detailed => All.Where(vector => vector.Ikm is not null);

    /// <summary>The vectors shared between projects, if their folder is beside the repository.</summary>
    public static IReadOnlyList<HpkeVector> LoadShared()
    {
        string? path = Find(Path.Combine("shared", "vectors", "hpke", "rfc9180-base-mode.json"));
        if (path is null)
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(FromShared)];
    }

    public override string ToString() => Suite.ToString();

    private static HpkeVector FromShared(JsonElement vector)
    {
        string Text(string name) => vector.GetProperty(name).GetString()!;
        ushort Number(string name) => vector.GetProperty(name).GetUInt16();
        IEnumerable<Message> messages = vector.GetProperty("encryptions").EnumerateArray().Select((message, i) => new Message(
            (ulong)i,
            message.GetProperty("aad").GetString()!,
            message.GetProperty("pt").GetString()!,
            message.GetProperty("ct").GetString()!));
        return new HpkeVector(
            Number("kem_id"),
            Number("kdf_id"),
            Number("aead_id"),
            Text("info"),
            Text("skRm"),
            Text("pkRm"),
            Text("enc"),
            Text("base_nonce"),
            [.. messages]);
    }

    private static List<HpkeVector> Load()
    {
        string path = Find(Path.Combine("Janus.Tests", "Janus.UnitTests", "Hpke", "rfc9180-vectors.json"))
            ?? throw new FileNotFoundException("rfc9180-vectors.json is not in the repository the tests were built in");
        return JsonSerializer.Deserialize<List<HpkeVector>>(File.ReadAllBytes(path), CamelCase)!;
    }

    private static string? Find(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    public sealed record Message(ulong Seq, string Aad, string Plaintext, string Ciphertext);

    public sealed record Exported(string Context, string Value);
}
