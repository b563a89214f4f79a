using System.Text;
using Janus.Dap;

namespace Janus.UnitTests.Client;

/// <summary>What a <see cref="LoopbackServer"/> answers.</summary>
internal sealed record Answer(int Status)
{
    public byte[] Body { get; init; } = [];

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the connection breaks off before the last byte.</summary>
    public bool BreaksOff { get; init; }

    public static Answer Ok { get; } = new(200);

    public static Answer Problem(DapProblemType type, string detail) => new(400)
    {
        ContentType = DapMediaType.Problem,
        Body = new DapProblem { Type = type.Urn, Title = type.Title, Detail = detail, Status = 400 }.ToJson(),
    };

    public static Answer Text(int status, string text) => new(status) { ContentType = "text/plain", Body = Encoding.UTF8.GetBytes(text) };

    public Answer With(string header, string value) =>
        this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };
}
