namespace Wingman.Testing.Product;

/// <summary>Two users with profiles and a match, as the product has them.</summary>
public sealed record ProductBuddies(Guid Match, Guid User1, Guid User2)
{
    /// <summary>Inserts both and their match.</summary>
    public static async Task<ProductBuddies> InsertAsync(ProductDatabase database, string? status = "accepted")
    {
        var buddies = new ProductBuddies(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsRestAsync(
            RestRole.Service, null, "insert into user_profiles (id, first_name) values ($1, 'One'), ($2, 'Two')", buddies.User1, buddies.User2);
        await database.ExecuteAsRestAsync(
            RestRole.Service,
            null,
            "insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, $4)",
            buddies.Match, buddies.User1, buddies.User2, status);
        return buddies;
    }

    /// <summary>Inserts a session of theirs.</summary>
    /// <param name="database">The database.</param>
    /// <param name="scheduledAt">Its time; null for none.</param>
    /// <param name="status">Its status; null for none.</param>
    /// <param name="user1Flag"><c>user1_completed_confirmed_by_user2</c>.</param>
    /// <param name="user2Flag"><c>user2_completed_confirmed_by_user1</c>.</param>
    /// <returns>Its id.</returns>
    public async Task<Guid> InsertSessionAsync(
        ProductDatabase database, DateTimeOffset? scheduledAt, string? status = "scheduled", bool? user1Flag = false, bool? user2Flag = false)
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
            session, Match, scheduledAt?.ToUniversalTime(), status, user1Flag, user2Flag);
        return session;
    }
}
