using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace Janus.Benchmarks.Vdaf;

/// <summary>Transforms and evaluations of polynomials; figures are for one polynomial of one report.</summary>
public class PolynomialBenchmarks : FieldBenchmarks
{
    /// <summary>The number of values of a polynomial.</summary>
    [Params(16, 128, 1024)]
    public int Size { get; set; }

    private protected override int LogSize => BitOperations.Log2((uint)Size);

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void InverseNtt() => Work.InverseTransform();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void ForwardNtt() => Work.ForwardTransform();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void EvaluationDoubling() => Work.Double();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void LagrangeBasisEvaluate() => Work.EvaluateBasis();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void LagrangeBasisInterpolate() => Work.Interpolate();
}
