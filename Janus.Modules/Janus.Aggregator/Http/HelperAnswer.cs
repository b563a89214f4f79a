using Janus.Codec;

namespace Janus.Aggregator;

/// <summary>The Helper's answer to a request that it may handle later: DAP §3.1 (asynchronous request handling).</summary>
/// <param name="Message">The resource's representation; <see langword="null"/> while the Helper defers it.</param>
/// <param name="Location">The resource, on the Helper's server; <see langword="null"/> if the answer does not tell.</param>
/// <param name="RetryAfter">The wait that the Helper asks for.</param>
internal sealed record HelperAnswer<T>(T? Message, Uri? Location, TimeSpan? RetryAfter)
    where T : class, IWireMessage<T>;
