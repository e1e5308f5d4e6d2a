using Npgsql;
using NpgsqlTypes;

namespace Wingman.SqlPeer;

/// <summary>
/// The lowest possible cost in SQL: the rules themselves in one statement, one round trip, and the row lock taken by the update.
/// It writes what <see cref="RowLockTransaction"/> writes.
/// </summary>
internal sealed class SingleStatement(NpgsqlDataSource database) : IConfirmations
{
    // Used twice below, because a lateral join cannot refer to the target of the update.
    private const string BuddyConfirmed =
        "(case when m.user1_id = $2 then s.user2_completed_confirmed_by_user1 else s.user1_completed_confirmed_by_user2 end)";

    private const string Confirm =
        $"""
        with confirmed as (
            update wingman_sessions s
            set user1_completed_confirmed_by_user2 = s.user1_completed_confirmed_by_user2 or m.user1_id = $2,
                user2_completed_confirmed_by_user1 = s.user2_completed_confirmed_by_user1 or m.user2_id = $2,
                status = case when {BuddyConfirmed} then 'completed' else s.status end,
                completed_at = case when {BuddyConfirmed} then now() end
            from wingman_matches m
            where s.id = $1 and m.id = s.match_id and s.status in ('scheduled', 'in_progress')
              and ((m.user1_id = $2 and not s.user1_completed_confirmed_by_user2)
                or (m.user2_id = $2 and not s.user2_completed_confirmed_by_user1))
            returning s.status, m.id as match_id, m.user1_id, m.user2_id
        ), counted as (
            update wingman_matches m
            set user1_reputation = user1_reputation + 1, user2_reputation = user2_reputation + 1
            from confirmed c
            where c.status = 'completed' and m.id = c.match_id
        ), credited as (
            insert into reputation_counters as r (user_id, completed_sessions)
            select u.user_id, 1
            from confirmed c cross join lateral (values (least(c.user1_id, c.user2_id)), (greatest(c.user1_id, c.user2_id))) as u (user_id)
            where c.status = 'completed'
            on conflict (user_id) do update set completed_sessions = r.completed_sessions + 1
        )
        select status from confirmed
        """;

    private const string Explain =
        """
        select s.status, $2 in (m.user1_id, m.user2_id)
        from wingman_sessions s join wingman_matches m on m.id = s.match_id
        where s.id = $1
        """;

    public async ValueTask<(Confirmation Outcome, string Status)> ConfirmAsync(Guid session, Guid user, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var confirm = Command(connection, Confirm, session, user))
        {
            if (await confirm.ExecuteScalarAsync(CancellationToken.None) is string status)
                return (status == "completed" ? Confirmation.Completed : Confirmation.Waiting, status);
        }

        await using var explain = Command(connection, Explain, session, user);
        await using var reader = await explain.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return (Confirmation.NotFound, "");
        var found = reader.GetString(0);
        if (!reader.GetBoolean(1)) return (Confirmation.NotParticipant, found);
        return (found switch
        {
            "completed" => Confirmation.AlreadyCompleted,
            "cancelled" => Confirmation.Cancelled,
            "no_show" => Confirmation.NoShow,
            _ => Confirmation.Waiting,
        }, found);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid session, Guid user)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user, NpgsqlDbType = NpgsqlDbType.Uuid });
        return command;
    }
}
