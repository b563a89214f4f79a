namespace Janus.Benchmarks.Queries;

/// <summary>The statements of one run of a workload, by name.</summary>
internal sealed class QueryRun
{
    private readonly Dictionary<string, List<ExecutedStatement>> _executions = [];
    private readonly Dictionary<string, RunsPer> _runsPer = [];

    public QueryRun(string variant, IEnumerable<string> methods)
    {
        Variant = variant;
        Methods = [.. methods];
    }

    public string Variant { get; }

    /// <summary>The methods of the stores that ran, one entry for each case.</summary>
    public IReadOnlyList<string> Methods { get; }

    public IReadOnlyDictionary<string, List<ExecutedStatement>> Executions => _executions;

    /// <summary>What makes a statement run most often.</summary>
    public RunsPer PerOf(string statement) => _runsPer[statement];

    public void Add(WorkloadCase one, IEnumerable<ExecutedStatement> statements)
    {
        foreach (ExecutedStatement statement in statements.Where(statement => !statement.IsDriver))
        {
            string name = statement.IsNamed ? statement.Name : $"{one.Method} (no name)";
            if (!_executions.TryGetValue(name, out List<ExecutedStatement>? executions))
            {
                _executions[name] = executions = [];
            }

            executions.Add(statement);
            _runsPer[name] = (RunsPer)Math.Max((int)_runsPer.GetValueOrDefault(name), (int)one.Per);
        }
    }
}
