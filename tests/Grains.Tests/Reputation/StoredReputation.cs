using System.Buffers.Binary;
using Wingman.Grains.Tests.Cluster;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>Reads what the stock provider stores of a reputation: what was last announced.</summary>
internal static class StoredReputation
{
    private const string Filled = " and payloadbinary is not null";

    private const string Rows = $"from orleans.orleansstorage where graintypestring = 'reputation' and grainidn0 = $1 and grainidn1 = $2{Filled}";

    /// <summary>How many rows there are.</summary>
    /// <param name="tables">The database.</param>
    /// <param name="user">Whose.</param>
    /// <param name="alsoEmpty">Whether a row without a state counts too.</param>
    public static Task<long> CountAsync(Tables tables, UserId user, bool alsoEmpty = false) =>
        tables.CountAsync($"select count(*) {(alsoEmpty ? Rows.Replace(Filled, "", StringComparison.Ordinal) : Rows)}", Halves(user));

    /// <summary>How often the row was written; 0 if there is none.</summary>
    public static Task<long> VersionAsync(Tables tables, UserId user) => tables.CountAsync($"select coalesce(max(version), 0) {Rows}", Halves(user));

    /// <summary>What is stored.</summary>
    public static async Task<string?> PayloadAsync(Tables tables, UserId user) =>
        (await tables.ListAsync($"select convert_from(payloadbinary, 'utf8') {Rows}", Halves(user))).SingleOrDefault();

    // A UUID key is stored as the two little-endian halves of its .NET byte order.
    private static object?[] Halves(UserId user)
    {
        var bytes = user.Value.ToByteArray();
        return [BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8))];
    }
}
