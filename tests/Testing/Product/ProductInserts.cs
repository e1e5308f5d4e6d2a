using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>One statement for each table: an array for each column.</summary>
internal static class ProductInserts
{
    public static async Task InsertAsync(NpgsqlConnection connection, ProductData data, CancellationToken cancellation)
    {
        var (users, challenges, matches, sessions) = (data.Users, data.Challenges, data.Matches, data.Sessions);
        await InsertAsync(
            connection,
            """
            insert into public.user_profiles (id, email, first_name, last_name, created_at, updated_at)
            select id, email, first_name, last_name, at, at
            from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) as r (id, email, first_name, last_name, at)
            """,
            [
                Column(users, u => u.Id), Column(users, u => u.Email), Column(users, u => u.FirstName), Column(users, u => u.LastName),
                Column(users, u => u.CreatedAt),
            ],
            cancellation);
        await InsertAsync(
            connection,
            """
            insert into public.approach_challenges (id, difficulty, title, description, points)
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[])
            """,
            [
                Column(challenges, c => c.Id), Column(challenges, c => c.Difficulty), Column(challenges, c => c.Title),
                Column(challenges, c => c.Description), Column(challenges, c => c.Points),
            ],
            cancellation);
        await InsertAsync(
            connection,
            """
            insert into public.wingman_matches (id, user1_id, user2_id, status, user1_reputation, user2_reputation, created_at)
            select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::integer[], $7::timestamptz[])
            """,
            [
                Column(matches, m => m.Id), Column(matches, m => m.User1), Column(matches, m => m.User2), Column(matches, m => m.Status),
                Column(matches, m => m.User1Reputation), Column(matches, m => m.User2Reputation), Column(matches, m => m.CreatedAt),
            ],
            cancellation);
        await InsertAsync(
            connection,
            """
            insert into public.wingman_sessions
                (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
                 user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at)
            select * from unnest(
                $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[],
                $9::boolean[], $10::boolean[], $11::text[], $12::timestamptz[])
            """,
            [
                Column(sessions, s => s.Id), Column(sessions, s => s.Match), Column(sessions, s => s.User1Challenge),
                Column(sessions, s => s.User2Challenge), Column(sessions, s => s.Venue), Column(sessions, s => s.ScheduledAt),
                Column(sessions, s => s.Status), Column(sessions, s => s.CompletedAt), Column(sessions, s => s.User1Flag),
                Column(sessions, s => s.User2Flag), Column(sessions, s => s.Notes), Column(sessions, s => s.CreatedAt),
            ],
            cancellation);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string sql, Array[] columns, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        foreach (var column in columns) command.Parameters.AddWithValue(column);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static TColumn[] Column<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column) => [.. rows.Select(column)];
}
