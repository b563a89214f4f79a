using Janus.Datastore;
using Janus.IntegrationTests.Datastore;
using Janus.Messages;
using Janus.Provisioning;

namespace Janus.IntegrationTests.Provisioning;

/// <summary>The changes that are checked and stored in one step.</summary>
public sealed class StoredChangeTests : DatastoreFixture
{
    [Test]
    public async Task A_report_expiry_age_is_rounded_up_and_only_becomes_shorter()
    {
        DapTask task = await AddTaskAsync();
        ulong precision = task.Configuration.TimePrecision.Seconds;
        Assert.That(await ShortenAsync(task, 10 * precision), Is.EqualTo(10));
        Assert.That(await ShortenAsync(task, (8 * precision) + 1), Is.EqualTo(9));
        DapTask changed = (await Get<TaskStore>().FindAsync(task.Id, Token))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed.ReportExpiryAge, Is.EqualTo(9));
            Assert.That(await ShortenAsync(changed, 9 * precision), Is.EqualTo(9), "as it is");
            Assert.That(
                async () => await ShortenAsync(changed, 10 * precision),
                Throws.TypeOf<ProvisioningException>().With.Message.EqualTo($"the report expiry age of task {task.Id} is {9 * precision}s and can only become shorter"));
        }
    }

    [Test]
    public async Task A_label_is_taken_once_and_a_credential_ends_once()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        OwnerCredentials before = OwnerCredentials.Of(task);
        AuthToken next = before.MakeToken(new NewCredential { Label = "next" }, null, Now).Credential;
        await before.AddAsync(Get<AuthTokenStore>(), next, Token);
        OwnerCredentials after = OwnerCredentials.Of((await Get<TaskStore>().FindAsync(task.Id, Token))!);
        Assert.That(
            async () => await after.AddAsync(Get<AuthTokenStore>(), after.MakeToken(new NewCredential { Label = "next" }, null, Now).Credential, Token),
            Throws.TypeOf<ProvisioningException>().With.Message.EqualTo("Label: the task has a credential next already"));

        await EndAsync(after, "next");
        Assert.That(async () => await EndAsync(after, "next"), Throws.TypeOf<ProvisioningException>().With.Message.EqualTo("next is gone already"));
        Assert.That(async () => await EndAsync(before, task.Tokens[0].Label), Throws.TypeOf<ProvisioningException>().With.Message.EndsWith("or give Force"));
    }

    private Task<ulong> ShortenAsync(DapTask task, ulong seconds) =>
        TaskChanges.ShortenReportExpiryAgeAsync(Get<TaskStore>(), task, TimeSpan.FromSeconds((double)seconds), Token);

    private Task EndAsync(OwnerCredentials credentials, string label) =>
        credentials.EndAsync(Get<AuthTokenStore>(), AuthTokenKind.Bearer, label, notAfter: null, force: false, Now, Token);
}
