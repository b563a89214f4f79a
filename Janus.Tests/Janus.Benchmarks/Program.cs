using System.CommandLine;
using Janus.Benchmarks.Queries;

RootCommand root = new("Measurements of Janus that are no tests")
{
    QueriesCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
