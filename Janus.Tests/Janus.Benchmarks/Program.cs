using Janus.Benchmarks.Queries;
using Janus.Benchmarks.Vdaf;

return args switch
{
    ["queries", .. string[] rest] => await QueriesCommand.RunAsync(rest),
    ["vdaf", .. string[] rest] => VdafCommand.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Janus.Benchmarks (queries | vdaf) [--help]");
    return 2;
}
