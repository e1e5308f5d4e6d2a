using Npgsql;
using NpgsqlTypes;

namespace Wingman.SqlPeer;

/// <summary>
/// The transaction that a careful author writes: lock the session's row, decide in code, write, commit. Two round trips, because
/// <c>begin</c> is sent with the <c>select</c>, and <c>commit</c> with the writes. It writes the session's row, the match's counters
/// and a counter for each user, so that a reputation is one read. It writes no log, which nobody would add without a requirement.
/// </summary>
internal sealed class RowLockTransaction(NpgsqlDataSource database) : IConfirmations
{
    private const string Lock =
        """
        select s.status, s.user1_completed_confirmed_by_user2, s.user2_completed_confirmed_by_user1, s.match_id, m.user1_id, m.user2_id
        from wingman_sessions s join wingman_matches m on m.id = s.match_id
        where s.id = $1
        for no key update of s
        """;

    private const string ConfirmUser1 = "update wingman_sessions set user1_completed_confirmed_by_user2 = true where id = $1";

    private const string ConfirmUser2 = "update wingman_sessions set user2_completed_confirmed_by_user1 = true where id = $1";

    private const string Complete =
        """
        update wingman_sessions
        set user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true, status = 'completed', completed_at = now()
        where id = $1
        """;

    private const string CountMatch =
        "update wingman_matches set user1_reputation = user1_reputation + 1, user2_reputation = user2_reputation + 1 where id = $1";

    // In the order of the user ids, so that two sessions of the same two users cannot deadlock.
    private const string CountUsers =
        """
        insert into reputation_counters as r (user_id, completed_sessions) values (least($1, $2), 1), (greatest($1, $2), 1)
        on conflict (user_id) do update set completed_sessions = r.completed_sessions + 1
        """;

    public async ValueTask<(Confirmation Outcome, string Status)> ConfirmAsync(Guid session, Guid user, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await LockAsync(connection, session, cancellation);
        var outcome = Decide(found, user);
        await using var batch = new NpgsqlBatch(connection);
        if (outcome == Confirmation.Waiting && !found!.ConfirmedBy(user))
        {
            Add(batch, user == found.User1 ? ConfirmUser1 : ConfirmUser2, session);
        }
        else if (outcome == Confirmation.Completed)
        {
            Add(batch, Complete, session);
            Add(batch, CountMatch, found!.Match);
            Add(batch, CountUsers, found.User1, found.User2);
        }

        Add(batch, "commit");
        // From here on, a caller who gives up does not cancel the write.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        return (outcome, outcome == Confirmation.Completed ? "completed" : found?.Status ?? "");
    }

    private static Confirmation Decide(LockedSession? session, Guid user) => session switch
    {
        null => Confirmation.NotFound,
        _ when user != session.User1 && user != session.User2 => Confirmation.NotParticipant,
        { Status: "completed" } => Confirmation.AlreadyCompleted,
        { Status: "cancelled" } => Confirmation.Cancelled,
        { Status: "no_show" } => Confirmation.NoShow,
        _ => session.ConfirmedByBuddyOf(user) ? Confirmation.Completed : Confirmation.Waiting,
    };

    private static async Task<LockedSession?> LockAsync(NpgsqlConnection connection, Guid session, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "begin");
        Add(batch, Lock, session);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new LockedSession(
                reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetGuid(3), reader.GetGuid(4), reader.GetGuid(5))
            : null;
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<Guid> ids)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var id in ids)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        }

        batch.BatchCommands.Add(command);
    }

    private sealed record LockedSession(string Status, bool User1Confirmed, bool User2Confirmed, Guid Match, Guid User1, Guid User2)
    {
        public bool ConfirmedBy(Guid user) => user == User1 ? User1Confirmed : User2Confirmed;

        public bool ConfirmedByBuddyOf(Guid user) => user == User1 ? User2Confirmed : User1Confirmed;
    }
}
