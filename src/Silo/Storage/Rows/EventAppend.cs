using NpgsqlTypes;
using Wingman.Events;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Rows;

/// <summary>A line to append to the log.</summary>
/// <param name="session">The session it belongs to, or null.</param>
/// <param name="entry">What happened.</param>
/// <param name="detail">More, for people to read; null for none.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class EventAppendRequest(SessionId? session, LogEntry entry, string? detail, TimeSpan timeout) : WriteRequest(null, timeout)
{
    public override string Subject => $"The log entry {StoredNames.Of(entry.Kind)} of {session?.ToString() ?? entry.Actor?.ToString() ?? "nobody"}";

    public SessionId? Session => session;

    public LogEntry Entry => entry;

    public string? Detail => detail;
}

/// <summary>Appends to the log what no write of a row carries.</summary>
internal sealed class EventAppend : LaneStatement, IBatchedWrite<EventAppendRequest>
{
    private readonly List<Guid?> _session;
    private readonly List<string> _kind;
    private readonly List<Guid?> _actor;
    private readonly List<DateTime> _at;
    private readonly List<string?> _detail;
    private readonly List<string?> _operator;

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
        AddText(host);
    }

    public LaneStatement Statement => this;

    public override string Sql => """
        with input as materialized (
          select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[])
            with ordinality as i (session_id, kind, actor, at, detail, operator, ord)),
        logged as (
          insert into wingman.events (session_id, kind, actor, at, detail, operator, host)
          select session_id, kind, actor, at, detail, operator, $7 from input order by ord)
        select ord, '0'::xid from input
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
        }
    }
}
