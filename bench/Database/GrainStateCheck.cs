using Npgsql;

namespace Wingman.Bench.Database;

/// <summary>
/// After a run on the stock storage, which knows no rows but the grains': every session's state is at the version that its
/// acknowledged confirmations made it.
/// </summary>
internal static class GrainStateCheck
{
    private const int MostComplaints = 5;

    public static async Task<IReadOnlyList<string>> RunAsync(string connectionString, Acknowledged acknowledged, CancellationToken cancellation)
    {
        var versions = await ReadVersionsAsync(connectionString, cancellation);
        var wrong =
            from session in Enumerable.Range(0, acknowledged.Shape.Sessions)
            let expected = (acknowledged.IsConfirmed(session, isUser1: true) ? 1 : 0) + (acknowledged.IsConfirmed(session, isUser1: false) ? 1 : 0)
            let stored = versions.GetValueOrDefault(DatabaseShape.SessionId(session))
            where stored != expected
            select $"session {DatabaseShape.SessionId(session)} is at version {stored}, acknowledged were {expected} writes";
        return [.. wrong.Take(MostComplaints)];
    }

    private static async Task<Dictionary<Guid, int>> ReadVersionsAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select grainidn0, grainidn1, version from orleans.orleansstorage where graintypestring = 'session'", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var versions = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(cancellation)) versions[ToGuid(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetInt32(2);
        return versions;
    }

    /// <summary>Orleans keys a grain's row by the two little-endian halves of its UUID.</summary>
    private static Guid ToGuid(long n0, long n1)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, n0);
        BitConverter.TryWriteBytes(bytes[8..], n1);
        return new Guid(bytes);
    }
}
