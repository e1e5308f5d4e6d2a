namespace Wingman.Bench.Database;

/// <summary>
/// After a run on the stock storage, which stores nothing but the grains' states: every session's state has the version that
/// follows from its acknowledged confirmations.
/// </summary>
internal static class StateCheck
{
    private const string Versions = "select grainidn0, grainidn1, version from orleans.orleansstorage where graintypestring = 'session'";

    public static async IAsyncEnumerable<string> RunAsync(RowSource rows, Acknowledged acknowledged)
    {
        var versions = new Dictionary<Guid, int>();
        await foreach (var row in rows.ReadAsync(Versions)) versions[ToGuid(row.GetInt64(0), row.GetInt64(1))] = row.GetInt32(2);
        for (var session = 0; session < acknowledged.Shape.Sessions; session++)
        {
            var (id, expected) = (DatabaseShape.SessionId(session), acknowledged.ConfirmationsOf(session));
            var stored = versions.GetValueOrDefault(id);
            if (stored != expected) yield return $"session {id} is at version {stored}, acknowledged were {expected} writes";
        }
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
