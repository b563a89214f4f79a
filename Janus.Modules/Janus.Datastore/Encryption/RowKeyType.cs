namespace Janus.Datastore;

/// <summary>How the value of a column becomes part of a row key.</summary>
internal enum RowKeyType
{
    /// <summary>A <c>smallint</c> from 0 to 255: one byte.</summary>
    Octet,

    /// <summary>An <c>integer</c>: four bytes, big-endian.</summary>
    Integer,

    /// <summary>A <c>uuid</c>: its 16 bytes.</summary>
    Uuid,

    /// <summary>A <c>bytea</c>: itself.</summary>
    Bytes,
}
