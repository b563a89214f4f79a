namespace Janus.UnitTests.Conformance;

/// <summary>A row of docs/conformance.md.</summary>
/// <param name="Section">The heading that the row stands under.</param>
/// <param name="Cells">The row's cells: the first is its ID, the last its proof.</param>
public sealed record ConformanceRow(string Section, IReadOnlyList<string> Cells)
{
    public string Id => Cells[0];

    public string Proof => Cells[^1];

    /// <summary>The keyword of the draft or, in lower case, of a sentence without one; null for a reading.</summary>
    public string? Level => Cells.Count == 6 ? Cells[2] : null;

    public override string ToString() => Id;
}
