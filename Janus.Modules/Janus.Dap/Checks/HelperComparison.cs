namespace Janus.Dap;

/// <summary>Compares a Leader's task with what the Helper says of its own.</summary>
internal static class HelperComparison
{
    /// <summary>The findings about the task configuration and the verify key, under these names.</summary>
    public static IReadOnlyList<PeerFinding> Of(PeerCheckSubject subject, TaskAgreement theirs, string configurationName, string verifyKeyName)
    {
        string configuration = TaskFingerprints.OfConfiguration(subject.TaskId, subject.Configuration);
        string verifyKey = TaskFingerprints.OfVerifyKey(subject.TaskId, subject.VerificationKeyId, subject.VerifyKey.Span);
        return
        [
            theirs.TaskConfigurationFingerprint == configuration
                ? PeerFinding.Ok(configurationName, $"the same ({configuration})")
                : PeerFinding.Failed(
                    configurationName,
                    $"differs in {ConfigurationDifferences.Describe(subject.Configuration, theirs.TaskConfiguration)}",
                    "one side deletes the task and adds it again from the other's file; reports that were made for the other configuration cannot be used"),
            theirs.VerifyKeyFingerprint == verifyKey
                ? PeerFinding.Ok(verifyKeyName, $"the same ({verifyKey})")
                : PeerFinding.Failed(
                    verifyKeyName,
                    theirs.VerificationKeyId != subject.VerificationKeyId
                        ? $"its verification key ID differs (ours {subject.VerificationKeyId}, theirs {theirs.VerificationKeyId})"
                        : $"differs (ours {verifyKey}, theirs {ConfigurationDifferences.Cut(theirs.VerifyKeyFingerprint)})",
                    "every report fails verification until the Helper's operator deletes the task and adds it again from the Leader's file"),
        ];
    }
}
