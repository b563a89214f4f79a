using Janus.Client;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Client;
using Janus.Vdaf;

namespace Janus.UnitTests.Collector;

/// <summary>The Leader of one task as far as its Collector sees it; the reports are made, verified and added up for real.</summary>
internal sealed class ScriptedLeader : IAsyncDisposable
{
    private readonly List<Report> _reports = [];
    private readonly Dictionary<string, CollectionJobReq> _jobs = [];
    private readonly Dictionary<string, int> _counts = [];

    public ScriptedLeader(VdafDescription vdaf, BatchMode batchMode = BatchMode.TimeInterval)
    {
        Server = new LoopbackServer(Handle);
        DapTask = new TestTask(Server.Uri, vdaf, batchMode);
        SealFor = DapTask.Collector.Config;
    }

    public LoopbackServer Server { get; }

    public TestTask DapTask { get; }

    /// <summary>How many answers are deferred before the result is there.</summary>
    public int Deferrals { get; set; }

    /// <summary>What deferred answers say about coming back.</summary>
    public string? RetryAfter { get; set; } = "0";

    /// <summary>Makes the value of <c>Location</c> from the path of the collection job.</summary>
    public Func<string, string?> Location { get; set; } = path => path;

    /// <summary>Whom the aggregate shares are encrypted to.</summary>
    public HpkeConfig SealFor { get; set; }

    /// <summary>What the Helper adds to its aggregate share.</summary>
    public byte[]? HelperNoise { get; set; }

    /// <summary>Changes the result before it is sent.</summary>
    public Func<CollectionJobResp, CollectionJobResp> Tamper { get; set; } = response => response;

    /// <summary>Decides about the nth request (from 1) of a method, given what would be answered otherwise.</summary>
    public Func<ReceivedRequest, int, Func<Answer>, Answer> Script { get; set; } = (_, _, normally) => normally();

    public void Add(IEnumerable<Measurement> measurements)
    {
        DapReportBuilder builder = new(DapTask.Id, DapTask.Configuration, DapTask.Leader.Config, DapTask.Helper.Config);
        _reports.AddRange(measurements.Select(measurement => builder.Build(measurement, new Time(77))));
    }

    public string Methods() => string.Join(' ', Server.Requests.Select(request => request.Method));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        DapTask.Dispose();
    }

    private Answer Handle(ReceivedRequest request)
    {
        if (request.Authorization != $"Bearer {DapTask.CollectorToken.Secret}")
        {
            return new Answer(401);
        }

        int count = _counts[request.Method] = _counts.GetValueOrDefault(request.Method) + 1;
        return Script(request, count, () => Normally(request));
    }

    private Answer Normally(ReceivedRequest request)
    {
        string collectionJobs = $"/leader/tasks/{DapTask.Id}/collection_jobs";
        if (request.Method == "POST" && request.Path == collectionJobs)
        {
            Assert.That(DapMediaType.Matches(request.ContentType, DapVersion.Newest.MediaTypes.CollectionJobReq), Is.True, request.ContentType);
            CollectionJobReq wanted = WireMessage.Decode<CollectionJobReq>(request.Body);
            string? found = _jobs.Where(job => job.Value.Equals(wanted)).Select(job => job.Key).FirstOrDefault();
            string path = found ?? $"{collectionJobs}/{CollectionJobId.Random()}";
            _jobs[path] = wanted;
            Answer answer = State(wanted);
            return Location(path) is { } location ? answer.With("Location", location) : answer;
        }

        return (request.Method, _jobs.TryGetValue(request.Path, out CollectionJobReq? known)) switch
        {
            ("GET", true) => State(known!),
            ("DELETE", true) when _jobs.Remove(request.Path) => Answer.Ok,
            _ => new Answer(404),
        };
    }

    private Answer State(CollectionJobReq request)
    {
        if (Deferrals-- > 0)
        {
            return RetryAfter is null ? Answer.Ok : Answer.Ok.With("Retry-After", RetryAfter);
        }

        (byte[] leader, byte[] helper, ulong count) = DapTask.Aggregate(_reports);
        if (HelperNoise is { } noise)
        {
            DapTask.Vdaf.Merge([], helper, noise);
        }

        CollectionJobResp response = new(
            count, Interval.Of(new Time(77)), Seal(Role.Leader, request, leader), Seal(Role.Helper, request, helper));
        return Answer.Ok with { ContentType = DapVersion.Newest.MediaTypes.CollectionJobResp, Body = WireMessage.Encode(Tamper(response)) };
    }

    private HpkeCiphertext Seal(Role server, CollectionJobReq request, byte[] aggShare) =>
        new AggregateShareSealer(DapVersion.Newest, DapTask.Id, DapTask.Configuration, server, SealFor).Seal(request, aggShare);
}
