using System.Globalization;
using Npgsql;

namespace Wingman.Bench.Database;

/// <summary>Fills an empty, migrated database with a shape's rows.</summary>
internal static class SeedData
{
    public static async Task WriteAsync(string connectionString, DatabaseShape shape, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        foreach (var sql in Statements(shape))
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static IEnumerable<string> Statements(DatabaseShape shape)
    {
        var (user1, user2) = shape.OneUserInAll
            ? ("0", string.Create(CultureInfo.InvariantCulture, $"1 + (i % {shape.Users - 1})"))
            : (string.Create(CultureInfo.InvariantCulture, $"i % {shape.Users}"),
                string.Create(CultureInfo.InvariantCulture, $"(i + 1 + (i / {shape.Users} % {shape.Users - 1})) % {shape.Users}"));

        // The peer's own table: what a user without a ledger keeps. Room on the pages, so that its updates stay HOT.
        yield return
            """
            create table reputation_counters (
                user_id uuid primary key,
                completed_sessions bigint not null default 0,
                no_shows bigint not null default 0
            ) with (fillfactor = 50)
            """;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into wingman_matches (id, user1_id, user2_id, status)
            select md5('match' || i)::uuid, md5('user' || ({user1}))::uuid, md5('user' || ({user2}))::uuid, 'accepted'
            from generate_series(0, {shape.Matches - 1}) i
            """);
        // Between one and 21 hours ago: confirmable, and not yet the sweeper's business.
        yield return string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status)
            select md5('session' || i)::uuid, md5('match' || i)::uuid, 'Blue Bottle Coffee', now() - interval '1 hour' - (i % 72000) * interval '1 second', 'scheduled'
            from generate_series(0, {shape.Sessions - 1}) i
            """);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"insert into reputation_counters (user_id) select md5('user' || i)::uuid from generate_series(0, {shape.Users - 1}) i");
        yield return "vacuum (freeze, analyze)";
    }
}
