using BenchmarkDotNet.Attributes;

namespace Janus.Benchmarks.Vdaf;

/// <summary>Vectors of elements, and the checks that all elements are bits; figures are for one element of one report.</summary>
public class VectorBenchmarks : FieldBenchmarks
{
    private const int Log = 10;
    private const int Elements = FieldWork.Reports << Log;

    private protected override int LogSize => Log;

    [Benchmark(OperationsPerInvoke = Elements)]
    public void Add() => Work.Add();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void Multiply() => Work.Multiply();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void Scale() => Work.Scale();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void InnerProduct() => Work.InnerProduct();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void ExpandXof() => Work.Expand();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void QueryBitCheck() => Work.QueryBitCheck();

    [Benchmark(OperationsPerInvoke = Elements)]
    public void ProveBitCheck() => Work.ProveBitCheck();
}
