using System.Text;
using System.Text.Json.Nodes;
using Janus.Vdaf;
using Janus.Vdaf.Vectors;

namespace Janus.UnitTests.Vdaf.Vectors;

[TestFixture]
internal sealed class VectorVerifierTests
{
    private static IEnumerable<string> Embedded => VectorFiles.EmbeddedNames;

    private static IEnumerable<TestCaseData> Shared =>
        VectorFiles.SharedPaths.Select(path => new TestCaseData(path).SetArgDisplayNames(Path.GetFileNameWithoutExtension(path)));

    [Test]
    public void The_vectors_of_every_variant_are_in_the_assembly()
    {
        string[] algorithms = [.. VectorFiles.EmbeddedNames.Select(name => name.Split('_')[0]).Distinct()];

        Assert.That(algorithms, Is.EquivalentTo(new[]
        {
            "Prio3Count", "Prio3HigherDegree", "Prio3Histogram", "Prio3MultihotCountVec", "Prio3Sum", "Prio3SumVec",
            "Prio3SumVecWithMultiproof", "XofTurboShake128",
        }));
        Assert.That(VectorFiles.EmbeddedNames.Count(name => name.Contains("_bad_", StringComparison.Ordinal)), Is.EqualTo(8));
    }

    [Test]
    public void Embedded_vector_passes_under_each_instruction_set(
        [ValueSource(nameof(Embedded))] string name, [Values] InstructionSet instructionSet)
    {
        if (!InstructionSets.Supported.Contains(instructionSet))
        {
            Assert.Ignore($"this machine lacks {instructionSet}");
        }

        VectorResult result = VectorVerifier.Verify(name, VectorFiles.Read(name), instructionSet, VdafDraft.Draft18);

        Assert.That(result, Is.EqualTo(new VectorResult(name, VectorStatus.Pass, null)));
    }

    [TestCaseSource(nameof(Shared))]
    public void Shared_vector_passes_or_is_of_an_algorithm_known_not_to_be_supported(string path)
    {
        VectorResult result = VectorVerifier.Verify(path);

        string[] unsupported = ["Poplar1", "IdpfBBCGGI21", "XofFixedKeyAes128"];
        string algorithm = result.Name.Split('_')[0];
        Assert.That(
            (result.Status, result.Detail),
            Is.EqualTo(unsupported.Contains(algorithm) ? (VectorStatus.NotSupported, algorithm) : (VectorStatus.Pass, null)));
    }

    [TestCaseSource(nameof(Embedded))]
    public void Vector_with_any_changed_expectation_fails(string name)
    {
        JsonNode original = JsonNode.Parse(VectorFiles.Read(name))!;
        string[] inputs = ["$.ctx", "$.verify_key", "$.seed", "$.dst", "$.binder", "$.agg_param"];
        List<string> survivors = [];
        foreach (string path in HexStrings(original).Where(path => !inputs.Contains(path)).ToArray())
        {
            JsonNode changed = original.DeepClone();
            FlipFirstDigit(Find(changed, path));
            if (VectorVerifier.Verify(name, Encoding.UTF8.GetBytes(changed.ToJsonString())).Status == VectorStatus.Pass)
            {
                survivors.Add(path);
            }
        }

        // In a negative vector, and among inputs of steps that are not listed, a change need not show.
        Assert.That(survivors, name.Contains("_bad_", StringComparison.Ordinal) ? Has.All.Not.Contain("verifier_shares") : Is.Empty);
    }

    [TestCase("Prio3Count_0")]
    [TestCase("Prio3Histogram_bad_public_share")]
    public void Vector_whose_operation_should_end_the_other_way_fails(string name)
    {
        JsonNode vector = JsonNode.Parse(VectorFiles.Read(name))!;
        JsonNode last = vector["operations"]!.AsArray()[^1]!;
        last["success"] = !last["success"]!.GetValue<bool>();

        VectorResult result = VectorVerifier.Verify(name, Encoding.UTF8.GetBytes(vector.ToJsonString()));

        Assert.That(result.Status, Is.EqualTo(VectorStatus.Fail));
        Assert.That(result.Detail, Does.StartWith("operation ").And.Contain("expected"));
    }

    [Test]
    public void Failure_names_the_operation_and_both_values()
    {
        string text = Encoding.UTF8.GetString(VectorFiles.Read("Prio3Count_0"));
        string changed = text.Replace("\"355e16daa732744c34", "\"355e16daa732744c35", StringComparison.Ordinal);

        VectorResult result = VectorVerifier.Verify("Prio3Count_0", Encoding.UTF8.GetBytes(changed));

        Assert.That(result.Detail, Is.EqualTo(
            "operation 0 (shard): input share 0 differs at byte 8: expected "
            + "…35dc71fa4c85d209f9af2ecf751609386ed9e2714ecc9e6b… (48 bytes), got "
            + "…34dc71fa4c85d209f9af2ecf751609386ed9e2714ecc9e6b… (48 bytes)"));
    }

    [TestCase("Prio3Count_0", "{}")]
    [TestCase("Prio3Count_0", "not json")]
    [TestCase("XofTurboShake128", "{\"seed\":\"0g\"}")]
    [TestCase("Prio3Sum_0", "{\"shares\":1,\"max_measurement\":3}")]
    public void File_that_is_no_vector_fails(string name, string json)
    {
        VectorResult result = VectorVerifier.Verify(name, Encoding.UTF8.GetBytes(json));

        Assert.That(result.Status, Is.EqualTo(VectorStatus.Fail));
        Assert.That(result.Detail, Is.Not.Empty);
    }

    private static IEnumerable<string> HexStrings(JsonNode? node) => node switch
    {
        JsonObject members => members.Where(member => member.Key != "operations").SelectMany(member => HexStrings(member.Value)),
        JsonArray elements => elements.SelectMany(HexStrings),
        JsonValue value when value.TryGetValue(out string? text) && text.Length > 0 => [value.GetPath()],
        _ => [],
    };

    private static JsonValue Find(JsonNode root, string path)
    {
        JsonNode? node = root;
        foreach (string part in path[2..].Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            node = part[0] == '['
                ? node![int.Parse(part[1..^1], System.Globalization.CultureInfo.InvariantCulture)]
                : node![part];
        }

        return node!.AsValue();
    }

    private static void FlipFirstDigit(JsonValue value)
    {
        string text = value.GetValue<string>();
        value.ReplaceWith((text[0] == '0' ? '1' : '0') + text[1..]);
    }
}
