using NpgsqlTypes;
using Wingman.Events;
using Wingman.Silo.Storage.Batching;
using Wingman.State;

namespace Wingman.Silo.Storage.Rows;

/// <summary>A line to append to the log.</summary>
/// <param name="session">The session it belongs to, or null.</param>
/// <param name="entry">What happened.</param>
/// <param name="detail">More, for people to read; null for none.</param>
/// <param name="unlessWrittenAs">
/// A version of the session's row: the line is skipped if the transaction that wrote it appended a line of the session too. Null appends always.
/// </param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class EventAppendRequest(SessionId? session, LogEntry entry, string? detail, RowVersion? unlessWrittenAs, TimeSpan timeout)
    : WriteRequest(null, timeout)
{
    public override string Subject => $"The log entry {StoredNames.Of(entry.Kind)} of {session?.ToString() ?? entry.Actor?.ToString() ?? "nobody"}";

    public SessionId? Session => session;

    public LogEntry Entry => entry;

    public string? Detail => detail;

    public RowVersion? UnlessWrittenAs => unlessWrittenAs;
}

/// <summary>
/// Appends to the log what no write of a row carries. The version that it returns is the transaction's id, and zero for a line that was
/// skipped.
/// </summary>
internal sealed class EventAppend : LaneStatement, IBatchedWrite<EventAppendRequest>
{
    private readonly List<Guid?> _session;
    private readonly List<string> _kind;
    private readonly List<Guid?> _actor;
    private readonly List<DateTime> _at;
    private readonly List<string?> _detail;
    private readonly List<string?> _operator;
    private readonly List<long?> _unlessWrittenAs;

    /// <summary>Creates a lane's statement.</summary>
    /// <param name="host">This host's name.</param>
    public EventAppend(string host)
    {
        _session = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _kind = AddArray<string>(NpgsqlDbType.Text);
        _actor = AddArray<Guid?>(NpgsqlDbType.Uuid);
        _at = AddArray<DateTime>(NpgsqlDbType.TimestampTz);
        _detail = AddArray<string?>(NpgsqlDbType.Text);
        _operator = AddArray<string?>(NpgsqlDbType.Text);
        _unlessWrittenAs = AddArray<long?>(NpgsqlDbType.Bigint);
        AddText(host);
    }

    public LaneStatement Statement => this;

    // A row's version has the lower 32 bits of the id of the transaction that wrote it. The whole id, by which the log is found, is the newest
    // with these bits. `limit 1` makes the planner find it by the primary key, even if its statistics say that the log is small.
    public override string Sql => """
        with present as materialized (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as tx),
        input as materialized (
          select i.*, (p.tx - ((p.tx - i.version) & 4294967295))::text::xid8 as written_by
          from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[])
            with ordinality as i (session_id, kind, actor, at, detail, operator, version, ord)
          cross join present p),
        appended as materialized (
          select i.* from input i
          left join lateral (select true as exists from wingman.events where tx = i.written_by and session_id = i.session_id limit 1) ours on true
          where ours.exists is null),
        logged as (
          insert into wingman.events (session_id, kind, actor, at, detail, operator, host)
          select session_id, kind, actor, at, detail, operator, $8 from appended order by ord)
        select i.ord, case when a.ord is null then '0'::xid else pg_current_xact_id()::xid end
        from input i left join appended a on a.ord = i.ord
        """;

    public void Fill(IReadOnlyList<EventAppendRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            _session.Add(request.Session?.Value);
            _kind.Add(StoredNames.Of(request.Entry.Kind));
            _actor.Add(request.Entry.Actor?.Value);
            _at.Add(request.Entry.At.UtcDateTime);
            _detail.Add(request.Detail ?? request.Entry.Act?.Reason);
            _operator.Add(request.Entry.Act?.Operator);
            _unlessWrittenAs.Add(request.UnlessWrittenAs?.Xmin);
        }
    }
}
