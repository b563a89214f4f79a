using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The one place that tells from a failed request what the Helper did.</summary>
/// <param name="Conduct">What it did.</param>
/// <param name="Reason">The failure in words, with the resource, the inner cause and the remedy where there is an ordinary one.</param>
internal readonly record struct PeerVerdict(PeerConduct Conduct, string Reason)
{
    /// <summary>Judges what <see cref="DapExchange.SendAsync"/> or decoding threw; null for what is not the Helper's doing, such as a cancellation.</summary>
    public static PeerVerdict? Of(DapRequest request, Exception failure) => failure switch
    {
        DapResponseException answer => new PeerVerdict(ConductOf(request, answer), answer.Message + Remedy.For(answer, Role.Leader)),
        DecodeException => new PeerVerdict(PeerConduct.Misbehaved, $"{Quote.Of(request.Uri)} answered with a malformed message: {failure.Message}"),
        HttpRequestException or IOException or TimeoutException => new PeerVerdict(PeerConduct.Unavailable, Quote.MessageOf(failure)),
        _ => null,
    };

    private static PeerConduct ConductOf(DapRequest request, DapResponseException answer)
    {
        bool isClientError = answer.Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError;
        if (isClientError && DapProblemType.IsUrn(answer.Problem?.Type))
        {
            // Everything else, an operator can mend: a wrong token, or a task that the Helper does not know yet.
            return answer.Type == DapProblemType.UnrecognizedTask ? PeerConduct.Unwilling : PeerConduct.Refused;
        }

        return answer.Status switch
        {
            _ when answer.IsTooLong => PeerConduct.Misbehaved,
            HttpStatusCode.NotFound or HttpStatusCode.Gone when !IsCreation(request) => PeerConduct.Unknown,
            _ when HttpRetry.IsRetryable(answer.Status) => PeerConduct.Unavailable,
            >= HttpStatusCode.MultipleChoices => PeerConduct.Unwilling,
            _ => PeerConduct.Misbehaved,
        };
    }

    private static bool IsCreation(DapRequest request) =>
        request.Operation is DapOperation.CreateAggregationJob or DapOperation.CreateAggregateShare;
}
