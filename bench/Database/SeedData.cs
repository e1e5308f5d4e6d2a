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

        // The peers' own table: a counter for each user. Its pages have free space, so that its updates stay HOT.
        yield return
            """
            create table public.reputation_counters (
                user_id uuid primary key,
                completed_sessions bigint not null default 0,
                no_shows bigint not null default 0
            ) with (fillfactor = 50)
            """;
        var challenges = $"'{Challenges.First}', '{Challenges.Second}'";
        if (shape.Tables == Tables.Product)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"""
                insert into public.user_profiles (id, email, first_name)
                select md5('user' || i)::uuid, 'user' || i || '@wingman.example', 'User ' || i from generate_series(0, {shape.Users - 1}) i
                """);
            yield return $"""
                insert into public.approach_challenges (id, difficulty, title)
                select id, 'beginner', 'Ask for the time' from unnest(array[{challenges}]::uuid[]) id
                """;
        }

        var counted = shape.IsOver ? 1 : 0;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into public.wingman_matches (id, user1_id, user2_id, status, user1_reputation, user2_reputation)
            select md5('match' || i)::uuid, md5('user' || ({user1}))::uuid, md5('user' || ({user2}))::uuid, 'accepted',
                   case when i < {shape.Sessions} then {counted} else 0 end, case when i < {shape.Sessions} then {counted} else 0 end
            from generate_series(0, {shape.Matches - 1}) i
            """);
        // Between one and 21 hours ago: users may confirm, and the sweeper does not end them yet.
        yield return string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into public.wingman_sessions (
                id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
                user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
            select md5('session' || i)::uuid, md5('match' || i)::uuid, {challenges}, 'Blue Bottle Coffee',
                   now() - interval '1 hour' - (i % 72000) * interval '1 second',
                   {(shape.IsOver ? "'completed', now(), true, true" : "'scheduled', null, false, false")}
            from generate_series(0, {shape.Sessions - 1}) i
            """);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into public.reputation_counters (user_id, completed_sessions)
            select md5('user' || i)::uuid, {counted} * coalesce(c.sessions, 0)
            from generate_series(0, {shape.Users - 1}) i
            left join (
                select u.user_id, count(*) as sessions
                from public.wingman_sessions s
                join public.wingman_matches m on m.id = s.match_id
                cross join lateral (values (m.user1_id), (m.user2_id)) as u (user_id)
                group by u.user_id) c on c.user_id = md5('user' || i)::uuid
            """);
        yield return "vacuum (freeze, analyze)";
    }
}

/// <summary>The two challenges of every session. The product's tables refer to them.</summary>
internal static class Challenges
{
    public const string First = "11111111-1111-4111-8111-111111111111";
    public const string Second = "22222222-2222-4222-8222-222222222222";
}
