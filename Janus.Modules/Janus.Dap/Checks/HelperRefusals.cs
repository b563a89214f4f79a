namespace Janus.Dap;

/// <summary>What a Helper's refusal tells about the task and the token.</summary>
internal static class HelperRefusals
{
    /// <summary>The findings about the task and the token, under these names.</summary>
    public static IReadOnlyList<PeerFinding> Describe(PeerCheckSubject subject, PeerAnswer answer, string taskName, string tokenName)
    {
        if (!answer.IsUnauthenticated)
        {
            // Told only to a sender that is known from another task.
            return
            [
                subject.IsAdvertised
                    ? PeerFinding.Unknown(taskName, "the Helper does not know the task yet: it is advertised with the first aggregation job")
                    : PeerFinding.Failed(taskName, "the Helper does not know the task", "its operator adds it: janus task add --task-file helper.json"),
                PeerFinding.Ok(tokenName, "the Helper knows our token, from another task"),
            ];
        }

        if (subject.Token is null)
        {
            return
            [
                PeerFinding.Unknown(taskName, "the Helper tells only whom it authenticates"),
                PeerFinding.Failed(tokenName, "we have no token that is valid now to present, and no certificate that the Helper accepts", "add one on both sides: janus task token add"),
            ];
        }

        return
        [
            PeerFinding.Unknown(taskName, "the Helper tells only whom it authenticates; one that does not have the task answers 401, too", $"its operator looks: janus task show {subject.TaskId}"),
            PeerFinding.Failed(
                tokenName,
                $"the Helper does not accept our token: {answer.Description}",
                "compare 'janus task token list' on both sides, and see whether the Helper has the task; it may pin a client certificate, too"),
        ];
    }
}
