namespace Janus.Dap;

/// <summary>The draft of DAP that this code speaks: the only place that knows its number.</summary>
internal static class DapDraft
{
    /// <summary>The prefix of every domain separation string: DAP §4.4.2 (upload-request).</summary>
    public static ReadOnlySpan<byte> Name => "dap-18"u8;
}
