using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>The VDAF that a task configuration names: DAP Appendix B (vdaf-configuration-encodings).</summary>
public static class DapVdaf
{
    /// <summary>Makes the task's VDAF for its two Aggregators.</summary>
    /// <exception cref="DecodeException">The VDAF configuration is malformed.</exception>
    /// <exception cref="NotSupportedException">The VDAF is not supported, or not with these parameters.</exception>
    public static Prio3 Create(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            return Create(configuration.VdafType, configuration.VdafConfiguration.Span);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new NotSupportedException(
                $"vdaf_configuration: {configuration.VdafType} is not supported with these parameters: {exception.Message}", exception);
        }
    }

    private static Prio3 Create(VdafType type, ReadOnlySpan<byte> encoded)
    {
        switch (type)
        {
            case VdafType.Prio3Count:
                WireMessage.Decode<Prio3CountConfig>(encoded);
                return Prio3.Count();
            case VdafType.Prio3Sum:
                return Prio3.Sum(WireMessage.Decode<Prio3SumConfig>(encoded).MaxMeasurement);
            case VdafType.Prio3SumVec:
                Prio3SumVecConfig sumVec = WireMessage.Decode<Prio3SumVecConfig>(encoded);
                return Prio3.SumVec(checked((int)sumVec.Length), sumVec.MaxMeasurement, checked((int)sumVec.ChunkLength));
            case VdafType.Prio3Histogram:
                Prio3HistogramConfig histogram = WireMessage.Decode<Prio3HistogramConfig>(encoded);
                return Prio3.Histogram(checked((int)histogram.Length), checked((int)histogram.ChunkLength));
            case VdafType.Prio3MultihotCountVec:
                Prio3MultihotCountVecConfig multihot = WireMessage.Decode<Prio3MultihotCountVecConfig>(encoded);
                return Prio3.MultihotCountVec(
                    checked((int)multihot.Length), checked((int)multihot.MaxWeight), checked((int)multihot.ChunkLength));
            default:
                throw new NotSupportedException($"vdaf_type: {type} is not supported");
        }
    }
}
