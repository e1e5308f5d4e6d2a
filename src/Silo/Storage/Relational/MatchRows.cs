using Npgsql;
using NpgsqlTypes;
using Wingman.Matches;
using Wingman.State;

namespace Wingman.Silo.Storage.Relational;

/// <summary>A match's rows: its <c>wingman_matches</c> row, and the row of the session it scheduled last.</summary>
internal sealed class MatchRows() : RowMapping(StorageNames.Match)
{
    // A session is born here, in the commit of its match's state; its own grain adopts the row on first touch.
    public override string WriteSql(bool isRepeat) => $"""
        match_rows as (
          insert into public.wingman_matches as t (id, user1_id, user2_id, status)
          select id, user1_id, user2_id, status from {Won} order by id
          on conflict (id) do update set status = excluded.status where t.status is distinct from excluded.status),
        scheduled_sessions as (
          insert into public.wingman_sessions
            (id, match_id, venue_name, scheduled_time, status, user1_challenge_id, user2_challenge_id, created_at)
          select session_id, id, venue_name, scheduled_at, 'scheduled', user1_challenge_id, user2_challenge_id, session_created_at
          from {Won}
          where session_id is not null
          on conflict (id) do nothing)
        """;

    public override string AdoptSql => """
        select true as adopted, m.user1_id, m.user2_id, coalesce(m.status, 'pending') as status
        from public.wingman_matches m
        where m.id = i.guid
        """;

    public override IReadOnlyList<string> AdoptColumns => ["user1_id", "user2_id", "status"];

    public override IReadOnlyList<RowColumn> CreateColumns() =>
    [
        new RowColumn<MatchState, Guid>("id", "uuid", NpgsqlDbType.Uuid, (id, _) => id),
        new RowColumn<MatchState, Guid>("user1_id", "uuid", NpgsqlDbType.Uuid, (_, m) => m.User1.Value),
        new RowColumn<MatchState, Guid>("user2_id", "uuid", NpgsqlDbType.Uuid, (_, m) => m.User2.Value),
        new RowColumn<MatchState, string>("status", "text", NpgsqlDbType.Text, (_, m) => MatchStatusNames.Of(m.Status)),
        new RowColumn<MatchState, Guid?>("session_id", "uuid", NpgsqlDbType.Uuid, (_, m) => m.LastScheduled?.Id.Value),
        new RowColumn<MatchState, string?>("venue_name", "text", NpgsqlDbType.Text, (_, m) => m.LastScheduled?.VenueName),
        new RowColumn<MatchState, DateTime?>("scheduled_at", "timestamptz", NpgsqlDbType.TimestampTz, (_, m) => m.LastScheduled?.ScheduledAt.UtcDateTime),
        new RowColumn<MatchState, Guid?>("user1_challenge_id", "uuid", NpgsqlDbType.Uuid, (_, m) => m.LastScheduled?.User1ChallengeId),
        new RowColumn<MatchState, Guid?>("user2_challenge_id", "uuid", NpgsqlDbType.Uuid, (_, m) => m.LastScheduled?.User2ChallengeId),
        new RowColumn<MatchState, DateTime?>("session_created_at", "timestamptz", NpgsqlDbType.TimestampTz, (_, m) => m.LastScheduled?.CreatedAt.UtcDateTime),
    ];

    public override Guid? SharedRow(in GrainRowKey key, object? state) => key.Guid;

    public override object Adopt(NpgsqlDataReader reader, int first) => new MatchState
    {
        User1 = new(reader.GetGuid(first)),
        User2 = new(reader.GetGuid(first + 1)),
        Status = MatchStatusNames.Parse(reader.GetString(first + 2)),
    };
}
