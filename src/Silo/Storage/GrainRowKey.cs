using System.Buffers.Binary;
using System.Text;
using Orleans.Runtime;

namespace Wingman.Silo.Storage;

/// <summary>
/// The key of a grain's row as Microsoft.Orleans.Persistence.AdoNet lays it out, less the service id, which is the same for
/// all rows of a service.
/// </summary>
/// <param name="IdHash">The hash of the grain's key.</param>
/// <param name="N0">The first half of a UUID key; 0 for other kinds.</param>
/// <param name="N1">The second half of a UUID key, or an integer key; 0 for a string key.</param>
/// <param name="TypeHash">The hash of the state's name.</param>
/// <param name="Type">The state's name.</param>
/// <param name="Extension">A string key, or a compound key's extension; else null.</param>
internal readonly record struct GrainRowKey(int IdHash, long N0, long N1, int TypeHash, string Type, string? Extension)
    : IComparable<GrainRowKey>
{
    /// <summary>The UUID that the two halves spell; meaningful for UUID keys.</summary>
    public Guid Guid
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, N0);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], N1);
            return new Guid(bytes);
        }
    }

    // The hash of the key is a good one, and two states of one grain are rare in a batch: the names need not be read.
    public override int GetHashCode() => IdHash;

    /// <summary>The order of the key's index, as far as it tells grains with different keys apart.</summary>
    public int CompareTo(GrainRowKey other)
    {
        var order = IdHash.CompareTo(other.IdHash);
        if (order == 0) order = N0.CompareTo(other.N0);
        if (order == 0) order = N1.CompareTo(other.N1);
        return order != 0 ? order : TypeHash.CompareTo(other.TypeHash);
    }

    public override string ToString() => $"{Type}/{(Extension is null || N0 != 0 ? Guid : N1)}{(Extension is null ? "" : "#" + Extension)}";

    /// <summary>Builds the key of a grain's state.</summary>
    /// <param name="stateName">The state's name.</param>
    /// <param name="grain">The grain.</param>
    /// <param name="hasher">The provider's hash function, so that both address the same row.</param>
    public static GrainRowKey Create(StateName stateName, GrainId grain, GrainRowHasher hasher)
    {
        long n0 = 0, n1 = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (grain.TryGetGuidKey(out var guid, out var extension))
        {
            guid.TryWriteBytes(bytes);
            n0 = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            n1 = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        }
        else if (grain.TryGetIntegerKey(out n1, out extension))
        {
            bytes = bytes[..8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, n1);
        }
        else
        {
            extension = grain.Key.ToString()!;
            bytes = [];
        }

        return new(hasher.Hash(bytes, extension), n0, n1, stateName.Hash, stateName.Name, extension);
    }
}

/// <summary>A state's name with its hash.</summary>
/// <param name="Name">The name.</param>
/// <param name="Hash">The hash of its UTF-8 bytes.</param>
internal sealed record StateName(string Name, int Hash);
