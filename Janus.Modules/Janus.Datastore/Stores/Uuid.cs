using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Identifiers of 16 bytes as PostgreSQL's <c>uuid</c>, byte by byte, so that both sort alike.</summary>
internal static class Uuid
{
    private const int Length = 16;

    public static Guid Of<T>(T identifier)
        where T : struct, IIdentifier<T>
    {
        Span<byte> bytes = stackalloc byte[Length];
        identifier.CopyTo(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    public static T To<T>(Guid uuid)
        where T : struct, IIdentifier<T>
    {
        Span<byte> bytes = stackalloc byte[Length];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return T.FromBytes(bytes);
    }
}
