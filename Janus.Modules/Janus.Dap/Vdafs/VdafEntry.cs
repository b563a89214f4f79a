using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// A VDAF that tasks may use, as <see cref="VdafRegistry"/> lists it: its names, and how the two forms in which people and
/// messages give its parameters are read.
/// </summary>
public sealed class VdafEntry
{
    private readonly Func<ReadOnlySpan<byte>, VdafDescription> _decode;
    private readonly Func<VdafText, MeasurementEncoding> _parse;

    /// <summary>Registers a VDAF.</summary>
    /// <param name="decode">Decodes a <c>vdaf_configuration</c>, and checks no number in it.</param>
    /// <param name="parse">Reads the parameters of the text form, and checks them.</param>
    internal VdafEntry(Func<ReadOnlySpan<byte>, VdafDescription> decode, Func<VdafText, MeasurementEncoding> parse)
    {
        _decode = decode;
        _parse = parse;
    }

    /// <summary>The VDAF's code point.</summary>
    public required VdafType Type { get; init; }

    /// <summary>The VDAF's name in the specification, such as <c>Prio3SumVec</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The first word of the text form, such as <c>sumvec</c>.</summary>
    public required string Keyword { get; init; }

    /// <summary>The names of the parameters of the text form, in order, such as <c>LENGTH</c>.</summary>
    public IReadOnlyList<string> ParameterNames { get; init; } = [];

    /// <summary>
    /// How many of the parameters have to be given. The others may be left out, and do not change what a measurement is.
    /// </summary>
    public int RequiredParameters { get; init; }

    /// <summary>The text form with the names of its parameters, such as <c>sumvec:LENGTH:MAX[:CHUNK]</c>.</summary>
    public string Syntax => string.Concat(
        [Keyword, .. ParameterNames.Select((name, index) => index < RequiredParameters ? $":{name}" : $"[:{name}]")]);

    /// <summary>Another text form, or <see langword="null"/>.</summary>
    public string? OtherSyntax { get; init; }

    /// <summary>Reads a <c>vdaf_configuration</c> and checks no number in it.</summary>
    /// <exception cref="UnsupportedVdafException">The configuration is malformed.</exception>
    internal VdafDescription Decode(ReadOnlySpan<byte> configuration)
    {
        try
        {
            return _decode(configuration);
        }
        catch (DecodeException exception)
        {
            throw new UnsupportedVdafException($"vdaf_configuration of {Type}: {Quote.MessageOf(exception)}", exception);
        }
    }

    /// <summary>Whether the text form may have so many parameters.</summary>
    public bool Takes(int parameters) => parameters >= RequiredParameters && parameters <= ParameterNames.Count;

    /// <summary>Reads the parameters of the text form, in the order of <see cref="ParameterNames"/>.</summary>
    /// <param name="text">The whole text, for messages.</param>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="UnsupportedVdafException">There are more or fewer, or one is not of the right kind or out of range.</exception>
    public MeasurementEncoding Parse(string text, IReadOnlyList<string> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Takes(parameters.Count)
            ? _parse(new VdafText(text, parameters))
            : throw new UnsupportedVdafException($"{Quote.Of(text)}: expected {Syntax}");
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
