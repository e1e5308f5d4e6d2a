namespace Wingman.Testing.Product;

/// <summary>What a participant can do to the product's tables through the REST layer but should not: five ways to get a better score.</summary>
public enum Forgery
{
    /// <summary>Confirms in the buddy's name.</summary>
    BuddysFlag,

    /// <summary>Completes the session by its status.</summary>
    CompletedStatus,

    /// <summary>Sets the match's counter.</summary>
    Counter,

    /// <summary>Inserts a session that was never held.</summary>
    CompletedSession,

    /// <summary>Inserts an accepted match with a user who was never asked.</summary>
    AcceptedMatch,
}

/// <summary>Tries forgeries as the REST layer would run them.</summary>
public static class Forgeries
{
    /// <summary>All five.</summary>
    public static IReadOnlyList<Forgery> All { get; } = Enum.GetValues<Forgery>();

    /// <summary>Tries one with new users and a new session of theirs.</summary>
    /// <returns>How many rows were forged: 1 if it succeeded.</returns>
    /// <exception cref="Npgsql.PostgresException">The database refused.</exception>
    public static async Task<int> TryAsync(ProductDatabase database, Forgery forgery)
    {
        var buddies = await ProductPairs.InsertAsync(database);
        var stranger = await ProductPairs.InsertAsync(database);
        var session = await buddies.InsertSessionAsync(database, new DateTimeOffset(2025, 3, 4, 18, 30, 0, TimeSpan.Zero));
        return await database.ExecuteAsRestAsync(RestRole.Authenticated, buddies.User1, SqlOf(forgery), forgery switch
        {
            Forgery.Counter => [buddies.Match],
            Forgery.CompletedSession => [buddies.Match],
            Forgery.AcceptedMatch => [buddies.User1, stranger.User1],
            _ => [session],
        });
    }

    private static string SqlOf(Forgery forgery) => forgery switch
    {
        Forgery.BuddysFlag => "update wingman_sessions set user2_completed_confirmed_by_user1 = true where id = $1",
        Forgery.CompletedStatus => "update wingman_sessions set status = 'completed', completed_at = now() where id = $1",
        Forgery.Counter => "update wingman_matches set user1_reputation = 99 where id = $1",
        Forgery.CompletedSession =>
            """
            insert into wingman_sessions (match_id, status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
            values ($1, 'completed', now(), true, true)
            """,
        Forgery.AcceptedMatch => "insert into wingman_matches (user1_id, user2_id, status) values ($1, $2, 'accepted')",
        _ => throw new ArgumentOutOfRangeException(nameof(forgery), forgery, "No such forgery."),
    };
}
