using Janus.Cli;
using Janus.Host.Hosting;

return await CommandLineProgram.RunAsync(args, new JanusProcess());
