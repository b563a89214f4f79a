using Janus.Codec;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli;

/// <summary>Turns what can go wrong between a Client or Collector and the Aggregators into one line.</summary>
internal static class AggregatorCalls
{
    /// <summary>Few attempts: a person is waiting.</summary>
    public static BackOff Patience { get; } = new() { MaximumAttempts = 4 };

    /// <summary>Runs a call.</summary>
    /// <param name="asker">Who calls: the Client or the Collector.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="CliException">An Aggregator refused the call, or is out of reach.</exception>
    public static async Task<T> RunAsync<T>(Role asker, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (DapResponseException failure)
        {
            throw new CliException(failure.Message + Remedy.For(failure, asker), failure);
        }
        catch (Exception failure) when (failure is AggregateShareException or TimeoutException)
        {
            throw new CliException(Quote.MessageOf(failure), failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new CliException($"an aggregator cannot be reached: {Quote.MessageOf(failure)}", failure);
        }
    }
}
