namespace Janus.Datastore;

/// <summary>A column whose value is part of the row key that sealed values are bound to; see <see cref="RowKey"/>.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">How its value becomes bytes.</param>
internal readonly record struct RowKeyColumn(string Name, RowKeyType Type);
