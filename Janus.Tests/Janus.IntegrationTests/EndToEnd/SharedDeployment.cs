using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>One Leader and one Helper process for all tests that neither kill nor configure anything.</summary>
[SetUpFixture]
public sealed class SharedDeployment
{
    private static readonly Lazy<Task<Deployment>> Pair = new(() => Deployment.StartPairAsync(CancellationToken.None));

    /// <summary>What the processes have written, if they were started.</summary>
    public static string Output => Pair is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? Pair.Value.Result.Output() : string.Empty;

    /// <summary>The deployment; started when the first test asks for it.</summary>
    public static Task<Deployment> GetAsync() => Pair.Value;

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Pair is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Pair.Value).DisposeAsync();
        }
    }
}
