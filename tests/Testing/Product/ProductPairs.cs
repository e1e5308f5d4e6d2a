using Wingman.Testing.History;

namespace Wingman.Testing.Product;

/// <summary>Two users with profiles and a match, as the product has them.</summary>
public static class ProductPairs
{
    /// <summary>Inserts both and their match.</summary>
    public static async Task<Pair> InsertAsync(ProductDatabase database, string? status = "accepted")
    {
        var pair = new Pair(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsRestAsync(
            RestRole.Service, null, "insert into user_profiles (id, first_name) values ($1, 'One'), ($2, 'Two')", pair.User1, pair.User2);
        await database.ExecuteAsRestAsync(
            RestRole.Service,
            null,
            "insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, $4)",
            pair.Match, pair.User1, pair.User2, status);
        return pair;
    }

    /// <summary>Inserts a session of theirs.</summary>
    /// <param name="pair">The users.</param>
    /// <param name="database">The database.</param>
    /// <param name="scheduledAt">Its time; null for none.</param>
    /// <param name="status">Its status; null for none.</param>
    /// <param name="user1Flag"><c>user1_completed_confirmed_by_user2</c>.</param>
    /// <param name="user2Flag"><c>user2_completed_confirmed_by_user1</c>.</param>
    /// <returns>Its id.</returns>
    public static async Task<Guid> InsertSessionAsync(
        this Pair pair,
        ProductDatabase database,
        DateTimeOffset? scheduledAt,
        string? status = "scheduled",
        bool? user1Flag = false,
        bool? user2Flag = false)
    {
        var session = Guid.NewGuid();
        await database.ExecuteAsRestAsync(
            RestRole.Service,
            null,
            """
            insert into wingman_sessions
                (id, match_id, scheduled_time, status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
            values ($1, $2, $3::timestamptz, $4, $5::boolean, $6::boolean)
            """,
            session, pair.Match, scheduledAt?.ToUniversalTime(), status, user1Flag, user2Flag);
        return session;
    }
}
