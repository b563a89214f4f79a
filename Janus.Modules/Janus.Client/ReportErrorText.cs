using System.Globalization;
using Janus.Messages;

namespace Janus.Client;

/// <summary>Says in words why a Leader refuses a report: DAP §4.1 (basic-definitions), §4.4.2 (upload-request).</summary>
public static class ReportErrorText
{
    /// <summary>The draft's name, such as <c>report_replayed</c>.</summary>
    public static string Name(this ReportError error) => Enum.IsDefined(error)
        ? string.Concat(error.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{letter}")).ToLowerInvariant()
        : ((byte)error).ToString(CultureInfo.InvariantCulture);

    /// <summary>What it means for an upload and what helps, in lower case.</summary>
    public static string Explain(this ReportError error) => error switch
    {
        ReportError.BatchCollected => "its interval has been collected, and takes no more reports",
        ReportError.ReportReplayed => "already uploaded, or its interval has been collected",
        ReportError.ReportDropped => "its time is outside the task's interval, or longer ago than the leader keeps reports: check the time it was made with",
        ReportError.HpkeUnknownConfigId => "the leader does not know the HPKE configuration it is encrypted to: upload the measurement again",
        ReportError.HpkeDecryptError => "the leader cannot decrypt it: the client's task configuration differs from the leader's; ask for a new client.json",
        ReportError.VdafVerifyError => "its shares are not those of a valid measurement: the client's VDAF differs from the leader's; ask for a new client.json",
        ReportError.TaskExpired => "its time is after the end of the task",
        ReportError.InvalidMessage => "the leader cannot read it: the client's VDAF or extensions are not those of the task; ask for a new client.json",
        ReportError.ReportTooEarly => "its time is ahead of the leader's clock: set this machine's clock, or upload the measurement later",
        ReportError.TaskNotStarted => "its time is before the start of the task",
        ReportError.OutdatedConfig => "the leader has new HPKE keys and no longer takes the old ones: upload the measurement again",
        _ => "this version does not know the error",
    };
}
