// Each fixture has databases, servers and processes of its own, and much of the time waits for them.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]
