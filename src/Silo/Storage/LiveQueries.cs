using Npgsql;
using NpgsqlTypes;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;
using Wingman.State;

namespace Wingman.Silo.Storage;

/// <summary>The queries for those who watch sessions. They run outside of requests, or seldom.</summary>
internal static class LiveQueries
{
    // `limit 1` makes the planner read each row by the primary key, even if its statistics say that the table is small.
    private const string ChangedSql = """
        select i.id
        from unnest($1::uuid[], $2::xid[]) as i (id, version)
        left join lateral (select xmin as version from public.wingman_sessions where id = i.id limit 1) s on true
        where s.version is distinct from i.version
        """;

    // An index can only use the bound on tx. The remaining lines are compared with the snapshots: was the line's transaction
    // committed when they were taken?
    private const string LoggedSql = """
        select kind, actor, at
        from (
          select tx, id, kind, actor, at
          from wingman.events
          where session_id = $1 and tx >= pg_snapshot_xmin($2::text::pg_snapshot)
            and not pg_visible_in_snapshot(tx, $2::text::pg_snapshot) and pg_visible_in_snapshot(tx, $3::text::pg_snapshot)
          order by tx desc, id desc
          limit $4) newest
        order by tx, id
        """;

    public static Task<IReadOnlyList<SessionId>> FindChangedAsync(NpgsqlDataSource database, IReadOnlyCollection<KeyValuePair<SessionId, string>> known) =>
        BackgroundQuery.RunAsync<IReadOnlyList<SessionId>>("changes of watched sessions", async () =>
        {
            await using var command = database.CreateCommand(ChangedSql);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. known.Select(static one => one.Key.Value)] });
            command.Parameters.Add(new NpgsqlParameter<uint[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid,
                TypedValue = [.. known.Select(static one => RowVersion.Parse(one.Value)!.Value.Xmin)],
            });
            await using var rows = await command.ExecuteReaderAsync();
            List<SessionId> changed = [];
            while (await rows.ReadAsync()) changed.Add(new(rows.GetGuid(0)));
            return changed;
        });

    public static Task<IReadOnlyList<LoggedChange>> ReadLogAsync(
        NpgsqlDataSource database, SessionId session, LogSnapshot after, LogSnapshot until, int limit) =>
        BackgroundQuery.RunAsync<IReadOnlyList<LoggedChange>>($"the log of session {session}", async () =>
        {
            await using var command = database.CreateCommand(LoggedSql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session.Value });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after.ToString() });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = until.ToString() });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var rows = await command.ExecuteReaderAsync();
            List<LoggedChange> lines = [];
            while (await rows.ReadAsync())
                lines.Add(new(rows.GetString(0), rows.GetGuidOrNull(1) is { } actor ? new UserId(actor) : null, rows.GetFieldValue<DateTimeOffset>(2)));
            return lines;
        });
}
