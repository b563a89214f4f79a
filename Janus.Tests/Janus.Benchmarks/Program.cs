using Janus.Benchmarks.Queries;

return args switch
{
    ["queries", .. string[] rest] => await QueriesCommand.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Janus.Benchmarks queries [--help]");
    return 2;
}
