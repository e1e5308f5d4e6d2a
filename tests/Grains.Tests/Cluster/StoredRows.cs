using System.Buffers.Binary;

namespace Wingman.Grains.Tests.Cluster;

/// <summary>Looks at the rows of grain storage.</summary>
internal static class StoredRows
{
    /// <summary>How often a state was written; 0 if there is no row.</summary>
    public static Task<long> VersionAsync(ProductTables product, string stateName, Guid key) => product.CountAsync(
        "select coalesce(sum(version), 0) from orleans.orleansstorage where graintypestring = $1 and grainidn0 = $2 and grainidn1 = $3",
        [stateName, .. Halves(key)]);

    /// <summary>The payload of a state.</summary>
    public static async Task<string?> PayloadAsync(ProductTables product, string stateName, Guid key) => (await product.ListAsync(
        """
        select convert_from(payloadbinary, 'utf8') from orleans.orleansstorage
        where graintypestring = $1 and grainidn0 = $2 and grainidn1 = $3 and payloadbinary is not null
        """,
        [stateName, .. Halves(key)])).SingleOrDefault();

    private static object[] Halves(Guid key)
    {
        var bytes = key.ToByteArray();
        return [BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8))];
    }
}
