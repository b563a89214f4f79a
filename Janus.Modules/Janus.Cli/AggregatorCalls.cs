using Janus.Collector;
using Janus.Dap;

namespace Janus.Cli;

/// <summary>Turns what can go wrong between a Client or Collector and the Aggregators into one line.</summary>
internal static class AggregatorCalls
{
    /// <summary>Few attempts: a person is waiting.</summary>
    public static BackOff Patience { get; } = new() { MaximumAttempts = 4 };

    /// <summary>Runs a call.</summary>
    /// <exception cref="CliException">An Aggregator refused the call, or is out of reach.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is DapResponseException or AggregateShareException or TimeoutException)
        {
            throw new CliException(failure.Message.ReplaceLineEndings(" "), failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new CliException($"an aggregator cannot be reached: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }
}
