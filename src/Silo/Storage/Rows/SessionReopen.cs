using System.Data;
using Npgsql;
using Wingman.Events;
using Wingman.Sessions;

namespace Wingman.Silo.Storage.Rows;

/// <summary>
/// Opens a no-show again. A match may have only one open session, so its row is locked before the other sessions are checked, in a
/// transaction of its own: two statements, because a statement does not see what was committed while it waited for a lock.
/// </summary>
internal static class SessionReopen
{
    private const string LockSql = "select from public.wingman_matches where id = $1 for no key update";

    // The row's values are compared instead of its version, since versions from before a failover cannot be compared. The match's row is
    // written although nothing in it changes: the new version makes each schedule that was decided on the old one a conflict.
    private static readonly string ReopenSql = $"""
        with other as (
          select exists (
            select from (select id, status from public.wingman_sessions where match_id = $2 offset 0) s
            where s.id <> $1 and (s.status in ('scheduled', 'in_progress') or s.status is null)) as is_open),
        reopened as (
          update public.wingman_sessions s
          set status = 'scheduled', scheduled_time = $3
          where s.id = $1 and s.match_id = $2 and s.status = 'no_show'
            and coalesce(s.user1_completed_confirmed_by_user2, false) = $4 and coalesce(s.user2_completed_confirmed_by_user1, false) = $5
            and not (select is_open from other)
          returning s.id),
        touched as (
          update public.wingman_matches set status = status where id = $2 and exists (select from reopened)),
        logged as (
          insert into wingman.events (session_id, kind, at, operator, detail, host)
          select id, '{StoredNames.Of(EventKind.Reopened)}', $6, $7, $8, $9 from reopened)
        select (select is_open from other), exists (select from reopened)
        """;

    /// <summary>Opens it, if its row still is what was decided on and its match has no open session.</summary>
    /// <param name="database">The connections.</param>
    /// <param name="host">This host's name, for the log.</param>
    /// <param name="session">The session.</param>
    /// <param name="next">What was decided: a scheduled session with the flags that the row has.</param>
    /// <exception cref="NpgsqlException">It is not done, or it is unknown whether it is; it can be retried.</exception>
    public static async Task<ReopenResult> RunAsync(NpgsqlDataSource database, string host, SessionId session, SessionState next)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        await using var match = new NpgsqlCommand(LockSql, connection, transaction) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = next.Match.Value } } };
        await match.ExecuteNonQueryAsync();
        try
        {
            var result = await ReopenAsync(connection, transaction, host, session, next);
            await transaction.CommitAsync();
            return result;
        }
        catch (PostgresException other) when (other.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another program has opened a session at this moment, and the table has the index that allows one.
            return ReopenResult.OtherIsOpen;
        }
        catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // Rolled back, because another program locked the session before its match. The grain decides again, as after any foreign change.
            return ReopenResult.Changed;
        }
    }

    private static async Task<ReopenResult> ReopenAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string host, SessionId session, SessionState next)
    {
        await using var reopen = new NpgsqlCommand(ReopenSql, connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = session.Value },
                new NpgsqlParameter<Guid> { TypedValue = next.Match.Value },
                new NpgsqlParameter<DateTime> { TypedValue = next.ScheduledAt!.Value.UtcDateTime },
                new NpgsqlParameter<bool> { TypedValue = next.User1Confirmed },
                new NpgsqlParameter<bool> { TypedValue = next.User2Confirmed },
                new NpgsqlParameter<DateTime> { TypedValue = next.Event.At.UtcDateTime },
                new NpgsqlParameter<string> { TypedValue = next.Event.Act!.Operator },
                new NpgsqlParameter<string> { TypedValue = next.Event.Act.Reason },
                new NpgsqlParameter<string> { TypedValue = host },
            },
        };
        await using var row = await reopen.ExecuteReaderAsync();
        await row.ReadAsync();
        return row.GetBoolean(0) ? ReopenResult.OtherIsOpen : row.GetBoolean(1) ? ReopenResult.Done : ReopenResult.Changed;
    }
}
