using Janus.Aggregator;
using Janus.Cli;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Host.Configuration;
using Janus.Vdaf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Janus.Host.Hosting;

/// <summary>What the commands need from this executable, and the process behind <c>janus run</c>.</summary>
internal sealed partial class JanusProcess : IProcessHost
{
    /// <inheritdoc />
    public IReadOnlyList<string> Roles { get; } = [.. StrictBinder.NamesOf(typeof(ProcessRole))];

    /// <inheritdoc />
    public async Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken)
    {
        JanusOptions options = JanusConfiguration.Load(arguments);
        CheckCertificates(options);
        await using OpenedDatabase database = await OpenedDatabase.OpenAsync(options.Database, attach: false, create: true, cancellationToken);
        await using WebApplication application = JanusApplication.Build(options, database);
        ILogger<JanusProcess> logger = application.Services.GetRequiredService<ILogger<JanusProcess>>();
        await database.PrepareAsync(application.Services, migrate: false, options.Database.StartTimeout, cancellationToken);
        await StartAsync(application, options.Http.Listen, cancellationToken);
        string[] addresses = [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        LogStarted(logger, options.Roles, addresses, InstructionSets.Current);
        foreach (string warning in SecretFiles.Warnings(options, database.DatastoreKeysFile))
        {
            LogReadable(logger, warning);
        }

        if (arguments.AddressFile is { } file)
        {
            IEnumerable<string> management = application.Services.GetService<ManagementServer>()?.Addresses ?? [];
            await WriteAddressesAsync(file, [.. addresses, .. management], cancellationToken);
        }

        // A background job that fails for good stops the application by itself.
        Task failed = Cancelled(application.Lifetime.ApplicationStopping);
        Task first = await Task.WhenAny(
            Cancelled(cancellationToken),
            arguments.ExitWithParent ? EndOfStandardInputAsync() : Cancelled(CancellationToken.None),
            failed,
            database.Ended);
        bool isFailure = first == failed || first == database.Ended;
        if (first == database.Ended)
        {
            LogDatabaseEnded(logger);
        }

        LogStopping(logger);
        await application.StopAsync(CancellationToken.None);
        if (arguments.AddressFile is not null)
        {
            File.Delete(arguments.AddressFile);
        }

        LogStopped(logger);
        return isFailure ? 1 : 0;
    }

    /// <inheritdoc />
    public async Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken)
    {
        JanusOptions options = JanusConfiguration.Load(arguments);
        OpenedDatabase database = await OpenedDatabase.OpenAsync(options.Database, attach: true, arguments.CreatesDatabase, cancellationToken);
        ServiceProvider services = new ServiceCollection().AddJanusDatastore(database.Configure).BuildServiceProvider();
        DatastoreAccess access = new(database, services, options.Aggregator.KeyRotation.ToPolicy(), options.Aggregator.GarbageCollection.ToLimits(), options.Aggregator.Peer);
        try
        {
            await database.PrepareAsync(services, migrate, TimeSpan.Zero, cancellationToken);
            foreach (string warning in SecretFiles.DatabaseWarnings(options, database.DatastoreKeysFile))
            {
                await Console.Error.WriteLineAsync($"janus: warning: {warning}");
            }

            return access;
        }
        catch
        {
            await access.DisposeAsync();
            throw;
        }
    }

    // Before anything is started for nothing; a command that only opens the datastore may not read private keys.
    private static void CheckCertificates(JanusOptions options)
    {
        string section = "Http.Certificate";
        try
        {
            options.Http.CertificateFile?.Load(TimeProvider.System.GetUtcNow());
            section = "Aggregator.Peer";
            options.Aggregator.Peer.CheckCertificates(TimeProvider.System);
        }
        catch (CertificateFileException failure)
        {
            throw new CliException($"the configuration is wrong: {section}: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static Task Cancelled(CancellationToken token) => Task.Delay(Timeout.Infinite, token);

    private static async Task StartAsync(WebApplication application, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            // The workers start before the web server does.
            try
            {
                await application.StopAsync(CancellationToken.None);
            }
            catch (ArgumentNullException)
            {
                // Not even the workers could be made, and the host does not expect that.
            }

            switch (failure)
            {
                case IOException { InnerException: AddressInUseException }:
                    throw new CliException($"{failure.Message.TrimEnd('.')}: stop what listens there, or choose another address with --listen, Http.Listen or Management.Listen", failure);
                case System.Net.Sockets.SocketException:
                    throw new CliException($"cannot listen on {string.Join(", ", addresses)}: {Quote.MessageOf(failure)}", failure);
                default:
                    throw;
            }
        }
    }

    // Whoever waits for the file finds it whole.
    private static async Task WriteAddressesAsync(string path, string[] addresses, CancellationToken cancellationToken)
    {
        string unfinished = path + ".new";
        await File.WriteAllLinesAsync(unfinished, addresses, cancellationToken);
        File.Move(unfinished, path, overwrite: true);
    }

    // A read of standard input cannot be cancelled, so it has a thread that does not keep the process alive.
    private static Task EndOfStandardInputAsync()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread reader = new(() =>
        {
            using Stream input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0)
            {
                continue;
            }

            ended.SetResult();
        })
        { IsBackground = true, Name = "parent watch" };
        reader.Start();
        return ended.Task;
    }

    private sealed class DatastoreAccess(
        OpenedDatabase database, ServiceProvider stores, HpkeRotationPolicy rotation, GarbageCollectionLimits garbage, PeerOptions peer) : IDatastoreAccess
    {
        public HttpClient CreatePeerClient() => peer.CreateHttpClient(TimeProvider.System);

        public GarbageCollectionLimits GarbageCollection => garbage;

        public HpkeRotationPolicy HpkeRotation => rotation;

        public string ConnectionString => database.ConnectionString;

        public IServiceProvider Stores => stores;

        public async ValueTask DisposeAsync()
        {
            await stores.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Started with the roles {Roles}, listening on {Addresses}, verifying reports with {InstructionSet}")]
    private static partial void LogStarted(ILogger logger, IReadOnlyList<ProcessRole> roles, string[] addresses, InstructionSet instructionSet);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogReadable(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: finishing what is in flight")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The embedded database has ended")]
    private static partial void LogDatabaseEnded(ILogger logger);
}
