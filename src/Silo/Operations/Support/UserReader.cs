using System.Buffers.Binary;
using System.Text.Json;
using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Storage.Rows;
using Wingman.State;

namespace Wingman.Silo.Operations.Support;

/// <summary>Reads what the database has about a user. Within one snapshot, if the connection's transaction has one.</summary>
internal static class UserReader
{
    /// <summary>How many of the sessions that count are listed.</summary>
    public const int NewestCredits = 50;

    private const string AnnouncedSql = """
        select convert_from(payloadbinary, 'utf8') from orleans.orleansstorage
        where graintypestring = $1 and grainidn0 = $2 and grainidn1 = $3 and serviceid = $4 and payloadbinary is not null
        """;

    private static (string Code, string Condition, string Text)[] Odd(CreditCounting counting) =>
    [
        ("both_flags_but_open", $"{StoredNames.IsOpen} and own and buddys", "Both have confirmed and it is still open: the next confirmation completes it"),
        ("completed_without_both", "status = 'completed' and not (own and buddys)", "It is completed without both confirmations: another program completed it"),
        ("expired_with_confirmation", "status = 'no_show' and own <> buddys", "It ended as a no-show although one of the two had confirmed or was excused; it counts against "
            + (counting == CreditCounting.Legacy ? "both, since Legacy counting does not ask who has confirmed" : "the other only")),
        ("unknown_status", StoredNames.IsUnknown, "Its status is not one that Wingman knows: every call about it fails"),
    ];

    private static string SessionsSql(CreditCounting counting) => $"""
        with sessions as materialized (
          select s.id, s.status, {CreditSql.Of("s", "m.is_user1", counting)} as credit,
                 coalesce(s.completed_at, s.scheduled_time, s.created_at) as at,
                 coalesce(case when m.is_user1 then s.user1_completed_confirmed_by_user2 else s.user2_completed_confirmed_by_user1 end, false) as own,
                 coalesce(case when m.is_user1 then s.user2_completed_confirmed_by_user1 else s.user1_completed_confirmed_by_user2 end, false) as buddys
          from (select $1::uuid as user_id) i cross join lateral {SessionsOfUser.Sql})
        """;

    /// <summary>Reads a user's explanation.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="user">The user.</param>
    /// <param name="counting">How credits are counted.</param>
    /// <param name="serviceId">What Orleans stores states under.</param>
    public static async Task<UserExplanation> ReadAsync(NpgsqlConnection connection, Guid user, CreditCounting counting, string serviceId)
    {
        var sessions = SessionsSql(counting);
        var byStatus = await connection.ReadAsync(
            $"{sessions} select coalesce(status, 'none'), count(*) from sessions group by 1 order by 1", static row => (row.GetString(0), row.GetInt64(1)), user);
        var counts = (await connection.ReadAsync(
            $"{sessions} select count(*) filter (where credit = 'completed'), count(*) filter (where credit = 'no_show') from sessions",
            static row => (Completed: row.GetInt64(0), NoShows: row.GetInt64(1)),
            user)).Single();
        var credits = await connection.ReadAsync(
            $"{sessions} select id, credit, at from sessions where credit is not null order by at desc nulls last, id desc limit {NewestCredits}",
            static row => new ExplainedCredit(row.GetGuid(0), row.GetString(1), row.GetInstantOrNull(2)),
            user);
        var matches = (await connection.ReadAsync(
            "select (select count(*) from public.wingman_matches where user1_id = $1) + (select count(*) from public.wingman_matches where user2_id = $1)",
            static row => row.GetInt64(0),
            user)).Single();
        List<OddSessions> oddities = [];
        foreach (var (code, condition, text) in Odd(counting))
        {
            var found = await connection.ReadAsync($"{sessions} select id, count(*) over () from sessions where {condition} order by at desc nulls last, id desc limit 5", static row => (Id: row.GetGuid(0), Count: row.GetInt64(1)), user);
            if (found.Count > 0) oddities.Add(new(code, text, found[0].Count, [.. found.Select(static row => row.Id)]));
        }

        var announced = await ReadAnnouncedAsync(connection, user, serviceId);
        return new(user, counting, counts.Completed, counts.NoShows, matches, byStatus.ToDictionary(static row => row.Item1, static row => row.Item2), credits, announced, oddities);
    }

    // A UUID key is stored as the two little-endian halves of its .NET byte order.
    private static async Task<ExplainedAnnouncement?> ReadAnnouncedAsync(NpgsqlConnection connection, Guid user, string serviceId)
    {
        var bytes = user.ToByteArray();
        var stored = await connection.ReadAsync(
            AnnouncedSql,
            static row => JsonSerializer.Deserialize<ReputationState>(row.GetString(0)),
            StorageNames.Reputation, BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)), serviceId);
        return stored is [{ } state] ? new(state.Completed, state.NoShows) : null;
    }
}
