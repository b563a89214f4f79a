using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Provisioning;
using static Janus.UnitTests.Provisioning.ProvisioningFixture;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class OwnerCredentialsTests
{
    [Test]
    public void A_helper_takes_a_new_token_of_the_leader_unless_told_otherwise()
    {
        (AuthToken credential, BearerToken token) = CredentialsOf(Role.Helper).MakeToken(new NewCredential(), null, Now);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(credential.Purpose, Is.EqualTo(AuthTokenPurpose.AcceptFromLeader));
            Assert.That(credential.Label, Does.Match("^from-leader-20260301-[0-9a-f]{4}$"));
            Assert.That(token.Matches(credential.Hash), Is.True);
            Assert.That(credential.Token, Is.Null);
        }
    }

    [TestCase(Role.Leader, null, "to-helper or from-collector")]
    [TestCase(Role.Leader, AuthTokenPurpose.AcceptFromLeader, "to-helper or from-collector")]
    [TestCase(Role.Helper, AuthTokenPurpose.AcceptFromCollector, "from-leader")]
    public void A_purpose_suits_our_role(Role ours, AuthTokenPurpose? purpose, string expected) => Assert.That(
        ProblemsOf(() => CredentialsOf(ours).MakeToken(new NewCredential { Purpose = purpose }, BearerToken.Generate(), Now)),
        Is.EqualTo(new[] { ((ProvisioningField?)ProvisioningField.Purpose, $"we are the task's {ours}: Purpose {expected} expected") }));

    [Test]
    public void A_certificate_is_never_presented_to_the_helper()
    {
        NewCredential wanted = new() { Purpose = AuthTokenPurpose.PresentToHelper };
        Assert.That(
            ProblemsOf(() => CredentialsOf(Role.Leader).MakeCertificate(wanted, new byte[32], Now)).Single().Text,
            Is.EqualTo("we are the task's Leader: Purpose from-collector expected"));
    }

    [Test]
    public void A_token_that_the_helper_does_not_know_is_not_presented_at_once()
    {
        OwnerCredentials leader = CredentialsOf(Role.Leader);
        NewCredential wanted = new() { Purpose = AuthTokenPurpose.PresentToHelper };
        BearerToken agreed = BearerToken.Generate();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ProblemsOf(() => leader.MakeToken(wanted, null, Now)).Single().Field, Is.EqualTo(ProvisioningField.Token));
            Assert.That(ProblemsOf(() => leader.MakeToken(wanted with { NotBefore = Now }, null, Now)).Single().Field, Is.EqualTo(ProvisioningField.Token));
            Assert.That(leader.MakeToken(wanted, agreed, Now).Credential.Token, Is.EqualTo(agreed));
            Assert.That(leader.MakeToken(wanted with { NotBefore = Now.AddSeconds(1) }, null, Now).Credential.Token, Is.Not.Null);
        }
    }

    [TestCase(null, 0)]
    [TestCase(60, 60)]
    [TestCase(-60, 0)]
    public void A_credential_ends_after_it_begins(int? notBefore, int notAfter)
    {
        NewCredential wanted = new() { NotBefore = notBefore is { } seconds ? Now.AddSeconds(seconds) : null, NotAfter = Now.AddSeconds(notAfter) };
        OwnerCredentials helper = CredentialsOf(Role.Helper);
        Assert.That(ProblemsOf(() => helper.MakeToken(wanted, null, Now)).Single().Field, Is.EqualTo(ProvisioningField.NotAfter));
        Assert.That(() => helper.MakeToken(wanted with { NotAfter = Now.AddSeconds(notAfter + 1) }, null, Now), Throws.Nothing);
    }

    [TestCase("")]
    [TestCase("two words")]
    [TestCase("ä")]
    public void A_label_is_short_and_plain(string label) => Assert.That(
        ProblemsOf(() => CredentialsOf(Role.Helper).MakeToken(new NewCredential { Label = label, NotAfter = Now }, null, Now)).Select(problem => problem.Field),
        Is.EqualTo(new[] { ProvisioningField.NotAfter, ProvisioningField.Label }));

    [Test]
    public void The_last_valid_credential_ends_only_by_force()
    {
        OwnerCredentials one = CredentialsOf(Role.Helper);
        AuthToken next = one.MakeToken(new NewCredential { Label = "next", NotBefore = Now.AddDays(1) }, null, Now).Credential;
        OwnerCredentials two = CredentialsOf(Role.Helper, next);
        const string first = "first-from-leader";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ProblemsOf(() => End(one, first, null, force: false)).Single().Field, Is.EqualTo(ProvisioningField.Force));
            Assert.That(() => End(one, first, null, force: true), Throws.Nothing);
            Assert.That(ProblemsOf(() => End(two, first, null, force: false)).Single().Text, Does.EndWith("or give Force"), "the next one is not valid yet");
            Assert.That(() => End(two, first, Now.AddDays(1), force: false), Throws.Nothing);
            Assert.That(ProblemsOf(() => End(two, "next", Now.AddDays(1), force: true)).Single().Field, Is.EqualTo(ProvisioningField.NotAfter));
            Assert.That(ProblemsOf(() => End(two, "other", null, force: true)).Single().Text, Is.EqualTo("the task has no token other"));
        }
    }

    [Test]
    public void An_advertised_task_has_no_credentials_of_its_own()
    {
        DapTask task = Stored(Role.Helper) with { TaskprovPeerKey = 1 };
        Assert.That(ProblemsOf(() => OwnerCredentials.Of(task)).Single().Text, Does.EndWith("was advertised, and has the tokens of its peer"));
    }

    private static void End(OwnerCredentials credentials, string label, DateTimeOffset? notAfter, bool force) =>
        credentials.RequireEndable(AuthTokenKind.Bearer, label, notAfter, force, Now);

    private static OwnerCredentials CredentialsOf(Role ours, params AuthToken[] others)
    {
        DapTask task = Stored(ours);
        return OwnerCredentials.Of(task with { Tokens = [.. task.Tokens, .. others] });
    }

    private static DapTask Stored(Role ours) => ProvisionedTask.Make(Task(Terms).Make(Now), ours, new AggregatorSettings(), Now).Task;
}
