using Janus.Datastore;
using Janus.Messages;
using Janus.Provisioning;
using static Janus.UnitTests.Provisioning.ProvisioningFixture;

namespace Janus.UnitTests.Provisioning;

[TestFixture]
public sealed class TaskprovPeerTests
{
    [Test]
    public void Both_aggregators_store_matching_halves_of_a_new_agreement()
    {
        TaskprovAgreement agreement = Agreement(Role.Leader).WithSecrets();
        TaskprovPeer helper = agreement.ToPeer(new AggregatorSettings { TargetBatchSize = 500 }, Now);
        TaskprovPeer leader = agreement.For(Role.Helper).ToPeer(new AggregatorSettings { Asynchronous = true }, Now);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((helper.PeerRole, helper.Endpoint, helper.TargetBatchSize), Is.EqualTo((Role.Helper, "https://helper.example/", (ulong?)500)));
            Assert.That((leader.PeerRole, leader.Endpoint, leader.Asynchronous), Is.EqualTo((Role.Leader, "https://leader.example/", true)));
            Assert.That(leader.VerifyKeyInits.Single().Secret, Is.EqualTo(helper.VerifyKeyInits.Single().Secret));
            Assert.That(Agreement(Role.Leader).WithSecrets().VerifyKeyInit, Is.Not.EqualTo(agreement.VerifyKeyInit));
            Assert.That(agreement.WithSecrets(), Is.EqualTo(agreement), "what is given is kept");
        }
    }

    [Test]
    public void An_agreement_that_cannot_be_kept_is_refused()
    {
        TaskprovAgreement mistaken = Agreement(Role.Leader).WithSecrets() with { Leader = new Url("http://leader.example/"), VerifyKeyInit = new byte[31] };
        Assert.That(
            ProblemsOf(() => mistaken.ToPeer(new AggregatorSettings(), Now)).Select(problem => problem.Field),
            Is.EqualTo(new[] { ProvisioningField.Leader, ProvisioningField.VerifyKeyInit }));
    }

    [Test]
    public void Settings_of_the_other_role_are_refused()
    {
        TaskprovAgreement agreement = Agreement(Role.Leader).WithSecrets();
        Assert.That(
            ProblemsOf(() => agreement.ToPeer(new AggregatorSettings { Asynchronous = true, TargetBatchSize = ulong.MaxValue }, Now)).Select(problem => problem.Text),
            Is.EqualTo(new[] { "Asynchronous is for the helper; a leader takes either kind of answer", "TargetBatchSize: at most 9223372036854775807 expected" }));
        Assert.That(
            ProblemsOf(() => agreement.For(Role.Helper).ToPeer(new AggregatorSettings { BatchTimeWindow = TimeSpan.FromHours(1) }, Now)).Single(),
            Is.EqualTo(((ProvisioningField?)ProvisioningField.BatchTimeWindow, "TargetBatchSize and BatchTimeWindow are for the leader; the peer is the leader here")));
    }

    [Test]
    public void A_secret_gets_a_free_id_and_the_last_one_stays()
    {
        TaskprovPeer one = Agreement(Role.Leader).WithSecrets().ToPeer(new AggregatorSettings(), Now);
        TaskprovVerifyKeyInit next = TaskprovPeerChanges.MakeVerifyKeyInit(one, null, null, Now);
        TaskprovPeer two = one with { VerifyKeyInits = [.. one.VerifyKeyInits, next] };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((next.Id, next.Secret.Length), Is.EqualTo(((byte)1, 32)));
            Assert.That(TaskprovPeerChanges.MakeVerifyKeyInit(two, 7, new byte[32], Now).Id, Is.EqualTo(7));
            Assert.That(
                ProblemsOf(() => TaskprovPeerChanges.MakeVerifyKeyInit(two, 1, new byte[3], Now)).Select(problem => problem.Field),
                Is.EqualTo(new[] { ProvisioningField.VerificationKeyId, ProvisioningField.VerifyKeyInit }));
            Assert.That(() => TaskprovPeerChanges.RequireAnotherVerifyKeyInit(two, 0), Throws.Nothing);
            Assert.That(ProblemsOf(() => TaskprovPeerChanges.RequireAnotherVerifyKeyInit(one, 0)).Single().Text, Does.StartWith("secret 0 is the only one"));
        }
    }

    [Test]
    public void When_all_ids_are_taken_no_secret_is_made()
    {
        TaskprovPeer peer = Agreement(Role.Leader).WithSecrets().ToPeer(new AggregatorSettings(), Now);
        TaskprovPeer full = peer with
        {
            VerifyKeyInits = [.. Enumerable.Range(0, 256).Select(id => new TaskprovVerifyKeyInit { Id = (byte)id, Secret = new byte[32], CreatedAt = Now })],
        };
        Assert.That(ProblemsOf(() => TaskprovPeerChanges.MakeVerifyKeyInit(full, null, null, Now)).Single().Text, Is.EqualTo("all 256 verification key IDs are taken"));
    }
}
