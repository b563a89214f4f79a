using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Janus.Cli.Values;

/// <summary>Writes whole numbers of any size as JSON numbers.</summary>
internal sealed class WholeNumbersConverter : JsonConverter<IReadOnlyList<BigInteger>>
{
    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("aggregate results are only written");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<BigInteger> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (BigInteger number in value)
        {
            writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndArray();
    }
}
