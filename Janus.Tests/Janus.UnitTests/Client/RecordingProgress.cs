using Janus.Client;

namespace Janus.UnitTests.Client;

/// <summary>Keeps what is reported, in the order in which it is reported.</summary>
internal sealed class RecordingProgress(Action<UploadProgress>? then = null) : IProgress<UploadProgress>
{
    private readonly List<UploadProgress> _reports = [];

    public IReadOnlyList<UploadProgress> Reports => _reports;

    public void Report(UploadProgress value)
    {
        _reports.Add(value);
        then?.Invoke(value);
    }
}
