using System.Diagnostics.CodeAnalysis;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>The HTTP header field that advertises a task: Taskprov (task-advertisement).</summary>
public static class TaskprovHeader
{
    /// <summary>The name of the field.</summary>
    public const string Name = "DAP-Taskprov";

    /// <summary>The value of the field: the configuration's exact bytes as a Byte Sequence of RFC 9651.</summary>
    public static string Format(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return ByteSequence.Format(configuration.Encoded.Span);
    }

    /// <summary>
    /// Reads the field. One that is missing, is no Byte Sequence or does not hold exactly one TaskConfiguration is to be
    /// ignored, and so are parameters.
    /// </summary>
    /// <param name="value">The field's value; several lines are joined by commas, which makes it none.</param>
    /// <param name="configuration">The configuration; its exact bytes are those of the field.</param>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out TaskConfiguration? configuration)
    {
        configuration = null;
        if (value is null || !ByteSequence.TryParse(value, out byte[]? bytes))
        {
            return false;
        }

        try
        {
            configuration = WireMessage.Decode<TaskConfiguration>(bytes);
            return true;
        }
        catch (DecodeException)
        {
            return false;
        }
    }
}
