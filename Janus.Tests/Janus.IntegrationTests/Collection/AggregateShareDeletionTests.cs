using Janus.IntegrationTests.Http;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>The Leader's deletions of aggregate shares at the Helper: DAP §4.6.5 (aggregate share deletion).</summary>
public sealed class AggregateShareDeletionTests : DeploymentFixture
{
    [Test]
    public async Task A_deletion_that_the_helper_is_slow_to_confirm_does_not_delay_the_collector_and_ends_before_the_process()
    {
        TestTask task = await Deployment.AddTaskAsync();
        await Deployment.UploadAsync(task, 1, 2, 3);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isDeleted = false;
        Between.Script(async (request, context) =>
        {
            if (request.Method == "DELETE")
            {
                await answered.Task;
                return await Between.Change((answer, response) =>
                {
                    Volatile.Write(ref isDeleted, true);
                    return ScriptedHelper.WriteAsync(answer, response);
                })(request, context);
            }

            return false;
        });

        HttpAnswer deletion = await RawHttp.DeleteAsync(batch.Job, task.CollectorToken);
        Assert.That((int)deletion.Status, Is.EqualTo(200));
        Assert.That(Volatile.Read(ref isDeleted), Is.False, "the Collector does not wait for the Helper");

        Task stopping = Deployment.Leader.DisposeAsync().AsTask();
        answered.SetResult();
        await stopping;
        Assert.That(Volatile.Read(ref isDeleted), Is.True);
    }
}
