using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.UnitTests.Client;

/// <summary>
/// The Leader and the Helper of one task as far as a Client sees them, with a script for what goes wrong.
/// </summary>
internal sealed class ScriptedAggregators : IAsyncDisposable
{
    private readonly List<Report> _stored = [];
    private readonly HashSet<ReportId> _reportIds = [];
    private readonly Dictionary<string, int> _counts = [];

    public ScriptedAggregators(VdafDescription vdaf)
    {
        Server = new LoopbackServer(Handle);
        DapTask = new TestTask(Server.Uri, vdaf);
        LeaderConfigs = new HpkeConfigList([DapTask.Leader.Config]);
        HelperConfigs = new HpkeConfigList([DapTask.Helper.Config]);
        KnownLeaderConfig = DapTask.Leader.Config.Id;
    }

    public LoopbackServer Server { get; }

    public TestTask DapTask { get; }

    public HpkeConfigList LeaderConfigs { get; set; }

    public HpkeConfigList HelperConfigs { get; set; }

    public string? CacheControl { get; set; } = "max-age=86400";

    public string? Age { get; set; }

    /// <summary>The only HPKE configuration that uploads may use.</summary>
    public HpkeConfigId KnownLeaderConfig { get; set; }

    /// <summary>Decides about the nth request (from 1) for a resource, given what would be answered otherwise.</summary>
    public Func<ReceivedRequest, int, Func<Answer>, Answer> Script { get; set; } = (_, _, normally) => normally();

    /// <summary>Refuses reports by what their position in the request is.</summary>
    public Func<int, ReportError?> Refuse { get; set; } = _ => null;

    public IReadOnlyList<Report> Stored => _stored;

    public IReadOnlyList<ReceivedRequest> Uploads => [.. Server.Requests.Where(IsUpload)];

    public int ConfigRequests(string aggregator) => Server.Requests.Count(request => request.Path == $"/{aggregator}/hpke_config");

    public static bool IsUpload(ReceivedRequest request) => request.Path.EndsWith("/reports", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        DapTask.Dispose();
    }

    private Answer Handle(ReceivedRequest request)
    {
        int count = _counts[request.Path] = _counts.GetValueOrDefault(request.Path) + 1;
        return Script(request, count, () => Normally(request));
    }

    private Answer Normally(ReceivedRequest request) => (request.Method, request.Path) switch
    {
        ("GET", "/leader/hpke_config") => Configs(LeaderConfigs),
        ("GET", "/helper/hpke_config") => Configs(HelperConfigs),
        ("POST", _) when request.Path == $"/leader/tasks/{DapTask.Id}/reports" => Upload(request),
        _ => new Answer(404),
    };

    private Answer Configs(HpkeConfigList list)
    {
        Answer answer = Answer.Ok with { ContentType = DapVersion.Newest.MediaTypes.HpkeConfigList, Body = WireMessage.Encode(list) };
        answer = CacheControl is null ? answer : answer.With("Cache-Control", CacheControl);
        return Age is null ? answer : answer.With("Age", Age);
    }

    private Answer Upload(ReceivedRequest request)
    {
        Assert.That(DapMediaType.Matches(request.ContentType, DapVersion.Newest.MediaTypes.UploadRequest), Is.True, request.ContentType);
        List<ReportUploadStatus> errors = [];
        int position = 0;
        foreach (Report report in WireMessage.Decode<UploadRequest>(request.Body).Reports)
        {
            ReportId id = report.ReportMetadata.ReportId;
            ReportError? error = Refuse(position++);
            error ??= report.LeaderEncryptedInputShare.ConfigId != KnownLeaderConfig ? ReportError.OutdatedConfig : null;
            error ??= _reportIds.Contains(id) ? ReportError.ReportReplayed : null;
            if (error is { } reason)
            {
                errors.Add(new ReportUploadStatus(id, reason));
            }
            else
            {
                _stored.Add(report);
                _reportIds.Add(id);
            }
        }

        return errors.Count == 0
            ? Answer.Ok
            : Answer.Ok with { ContentType = DapVersion.Newest.MediaTypes.UploadErrors, Body = WireMessage.Encode(new UploadErrors(errors)) };
    }
}
