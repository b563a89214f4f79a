using Janus.Messages;

namespace Janus.IntegrationTests.Http;

/// <summary>One method of one of DAP's resources, and who may use it: DAP Appendix A.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, with <c>{task}</c> and <c>{id}</c> in it.</param>
/// <param name="Role">Who serves it; <see langword="null"/> for both Aggregators.</param>
/// <param name="Message">What the body is, without the media type's beginning; <see langword="null"/> without a body.</param>
public sealed record Resource(string Method, string Path, Role? Role, string? Message = null)
{
    /// <summary>Everything that an Aggregator serves.</summary>
    public static IReadOnlyList<Resource> All { get; } =
    [
        new("GET", "hpke_config", null),
        new("POST", "tasks/{task}/reports", Messages.Role.Leader, "upload-req"),
        new("POST", "tasks/{task}/collection_jobs", Messages.Role.Leader, "collection-job-req"),
        new("GET", "tasks/{task}/collection_jobs/{id}", Messages.Role.Leader),
        new("DELETE", "tasks/{task}/collection_jobs/{id}", Messages.Role.Leader),
        new("POST", "tasks/{task}/aggregation_jobs", Messages.Role.Helper, "aggregation-job-init-req"),
        new("GET", "tasks/{task}/aggregation_jobs/{id}", Messages.Role.Helper),
        new("DELETE", "tasks/{task}/aggregation_jobs/{id}", Messages.Role.Helper),
        new("POST", "tasks/{task}/aggregate_shares", Messages.Role.Helper, "aggregate-share-req"),
        new("GET", "tasks/{task}/aggregate_shares/{id}", Messages.Role.Helper),
        new("DELETE", "tasks/{task}/aggregate_shares/{id}", Messages.Role.Helper),
    ];

    /// <summary>Those that take a body.</summary>
    public static IEnumerable<Resource> WithBody => All.Where(resource => resource.Message is not null);

    /// <summary>Those that belong to a task.</summary>
    public static IEnumerable<Resource> OfTasks => All.Where(resource => resource.Role is not null);

    /// <summary>Those that belong to a task and ask for a token.</summary>
    public static IEnumerable<Resource> Authenticated => OfTasks.Where(resource => resource.Message != "upload-req");

    /// <summary>Those that have an ID of their own.</summary>
    public static IEnumerable<Resource> WithId => All.Where(resource => resource.Path.Contains("{id}", StringComparison.Ordinal));

    /// <summary>The media type of the body.</summary>
    public string MediaType => $"application/ppm-dap;message={Message}";

    /// <summary>The method and the path.</summary>
    public override string ToString() => $"{Method} {Path}";
}
