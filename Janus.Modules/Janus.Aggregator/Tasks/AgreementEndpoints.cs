using System.Buffers.Text;
using System.Net.Mime;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>What a Helper lets the Leader compare, an extension of ours: <see cref="TaskAgreement"/>.</summary>
internal sealed class AgreementEndpoints(TaskDirectory tasks)
{
    /// <summary><c>GET tasks/{task-id}/agreement</c>: for the authenticated Leader, and nothing of it is secret.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await tasks.AuthenticateAsync(context, Role.Helper);
        TaskAgreement agreement = new()
        {
            TaskConfiguration = Base64Url.EncodeToString(task.Configuration.Encoded.Span),
            TaskConfigurationFingerprint = TaskFingerprints.OfConfiguration(task.Id, task.Configuration),
            VerifyKeyFingerprint = TaskFingerprints.OfVerifyKey(task.Id, task.Stored.VerificationKeyId, task.Stored.VerifyKey),
            VerificationKeyId = task.Stored.VerificationKeyId,
        };
        context.Response.Headers.CacheControl = "no-store";
        await context.WriteAsync(MediaTypeNames.Application.Json, agreement.ToJson());
    }
}
