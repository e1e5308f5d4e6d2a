using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Silo.Storage.Rows;
using Wingman.Webhooks;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="IWebhookTable"/>
/// <param name="database">The connections for what no request waits for.</param>
internal sealed class WebhookTable(NpgsqlDataSource database) : IWebhookTable
{
    /// <summary>Dead letters that are taken up at a time.</summary>
    private const int MaxReplayed = 200;

    private const string DescribeSql = """
        select s.id, s.match_id, m.user1_id, m.user2_id, s.scheduled_time, s.completed_at
        from unnest($1::uuid[]) i (id)
        cross join lateral (select * from public.wingman_sessions where id = i.id) s
        left join lateral (select user1_id, user2_id from public.wingman_matches where id = s.match_id) m on true
        """;

    private const string RequestsSql = """
        select r.asked_to_resume, r.asked_from_era, r.asked_from_tx, r.asked_from_id, r.cut_off_at, d.era, d.tx, d.id
        from wingman.log_readers r
        left join lateral (
          select era, tx, id from wingman.webhook_dead_letters
          where receiver = r.name and asked_to_replay
          order by era, tx, id
          limit $2) d on true
        where r.name = $1
        """;

    // Removes only the requests that were read and carried out: a request that came meanwhile stays.
    private const string DoneSql = """
        with dead as (
          delete from wingman.webhook_dead_letters d
          where d.receiver = $1
            and ((d.era, d.tx, d.id) in (select era, tx, id from unnest($2::int[], $3::xid8[], $4::bigint[]) p (era, tx, id))
                 -- The lines from that position on are read again, and these dead letters with them.
                 or (d.era, d.tx, d.id) >= ($7::int, $8::xid8, $6::bigint)))
        update wingman.log_readers
        set asked_to_resume = asked_to_resume and not $5,
            cut_off_at = case when $5 then null else cut_off_at end,
            cut_off_reason = case when $5 then null else cut_off_reason end,
            asked_from_era = case when asked_from_id is distinct from $6 then asked_from_era end,
            asked_from_tx = case when asked_from_id is distinct from $6 then asked_from_tx end,
            asked_from_id = case when asked_from_id is distinct from $6 then asked_from_id end
        where name = $1
        """;

    private const string ReportSql = """
        insert into wingman.log_readers as r (name, era, tx, id, waiting, failing_since, last_failure, cut_off_at, cut_off_reason)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (name) do update
        set era = excluded.era, tx = excluded.tx, id = excluded.id, seen_at = now(), waiting = excluded.waiting,
            failing_since = excluded.failing_since, last_failure = coalesce(excluded.last_failure, r.last_failure),
            cut_off_at = excluded.cut_off_at, cut_off_reason = excluded.cut_off_reason
        """;

    private const string StoreDeadLetterSql = """
        insert into wingman.webhook_dead_letters (receiver, era, tx, id, kind, attempts, first_attempt_at, last_failure)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (receiver, era, tx, id) do update
        set attempts = excluded.attempts, dead_at = now(), last_failure = excluded.last_failure, asked_to_replay = false
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<SessionId, SessionFacts>> DescribeAsync(IReadOnlyCollection<SessionId> sessions)
    {
        Dictionary<SessionId, SessionFacts> facts = [];
        if (sessions.Count == 0) return facts;

        return await BackgroundQuery.RunAsync("sessions of events", async () =>
        {
            facts.Clear();
            await using var command = database.CreateCommand(DescribeSql);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. sessions.Select(static session => session.Value)] });
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                var session = new SessionId(row.GetGuid(0));
                facts[session] = new(
                    session, new(row.GetGuid(1)), UserOrNull(row, 2), UserOrNull(row, 3), row.GetInstantOrNull(4), row.GetInstantOrNull(5));
            }

            return facts;
        });
    }

    /// <inheritdoc/>
    public Task<WebhookRequests> FindRequestsAsync(string receiver) => BackgroundQuery.RunAsync("what operators ask of webhooks", async () =>
    {
        await using var command = database.CreateCommand(RequestsSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receiver });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxReplayed });
        await using var row = await command.ExecuteReaderAsync();
        var requests = WebhookRequests.None;
        List<LogPosition> dead = [];
        while (await row.ReadAsync())
        {
            var from = row.IsDBNull(3) ? default(LogPosition?) : PositionOf(row, 1);
            requests = new(row.GetBoolean(0), from, dead, row.GetInstantOrNull(4));
            if (!row.IsDBNull(7)) dead.Add(PositionOf(row, 5));
        }

        return requests;
    });

    /// <inheritdoc/>
    public Task SetDoneAsync(string receiver, WebhookRequests requests) => BackgroundQuery.RunAsync("webhooks, what was done", async () =>
    {
        await using var command = database.CreateCommand(DoneSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receiver });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. requests.DeadLetters.Select(static p => p.Era)] });
        command.Parameters.Add(new NpgsqlParameter<ulong[]> { TypedValue = [.. requests.DeadLetters.Select(static p => p.Tx)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. requests.DeadLetters.Select(static p => p.Id)] });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = requests.Resume });
        var from = requests.From;
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = from?.Id ?? (object)DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = from?.Era ?? (object)DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Xid8, Value = from?.Tx ?? (object)DBNull.Value });
        return await command.ExecuteNonQueryAsync();
    });

    /// <inheritdoc/>
    public Task ReportAsync(string receiver, ReaderReport report) => BackgroundQuery.RunAsync("where a receiver of webhooks is", async () =>
    {
        await using var command = database.CreateCommand(ReportSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receiver });
        AddPosition(command, report.Floor);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = report.Waiting });
        AddInstant(command, report.FailingSince);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = report.LastFailure ?? (object)DBNull.Value });
        AddInstant(command, report.CutOffAt);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = report.CutOffReason ?? (object)DBNull.Value });
        return await command.ExecuteNonQueryAsync();
    });

    /// <inheritdoc/>
    public Task StoreDeadLetterAsync(string receiver, Delivery delivery) => BackgroundQuery.RunAsync("dead letters of webhooks", async () =>
    {
        await using var command = database.CreateCommand(StoreDeadLetterSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receiver });
        AddPosition(command, delivery.Message.Position);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = delivery.Message.Type });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = delivery.Attempts });
        AddInstant(command, delivery.FirstFailedAt);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = delivery.LastFailure ?? "" });
        return await command.ExecuteNonQueryAsync();
    });

    private static void AddPosition(NpgsqlCommand command, LogPosition position)
    {
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = position.Era });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = position.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position.Id });
    }

    private static void AddInstant(NpgsqlCommand command, DateTimeOffset? at) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = at is { } value ? value.UtcDateTime : DBNull.Value });

    private static LogPosition PositionOf(NpgsqlDataReader row, int column) =>
        new(row.GetInt32(column), row.GetFieldValue<ulong>(column + 1), row.GetInt64(column + 2));

    private static UserId? UserOrNull(NpgsqlDataReader row, int column) => row.GetGuidOrNull(column) is { } id ? new UserId(id) : null;
}
