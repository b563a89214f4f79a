using System.CommandLine;

namespace Janus.Cli.Commands;

/// <summary><c>janus migrate</c>: brings the database's schema up to date.</summary>
internal static class MigrateCommand
{
    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Command command = new("migrate", "Bring the database's schema up to date; safe to repeat and to run at once from several places");
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: true, cancellationToken);
            Console.WriteLine("the schema is up to date");
            return 0;
        });
        return command.WithExamples(
            "janus migrate --config-file appsettings.yaml",
            "JANUS_DATABASE_URL=postgres://janus@db/janus JANUS_DATABASE_PASSWORD=... janus migrate");
    }
}
