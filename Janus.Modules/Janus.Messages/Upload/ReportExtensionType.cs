namespace Janus.Messages;

/// <summary>Code points of <see cref="ReportExtension"/>: DAP §4.4.3 (report-extensions). Other values decode too.</summary>
public enum ReportExtensionType : ushort
{
    /// <summary>Never used.</summary>
    Reserved = 0,
}
