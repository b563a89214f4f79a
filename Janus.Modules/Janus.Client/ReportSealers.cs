using Janus.Dap;

namespace Janus.Client;

/// <summary>The two Aggregators' HPKE configurations as they were when a report was made.</summary>
internal sealed record ReportSealers(InputShareSealer Leader, InputShareSealer Helper);
