using Npgsql;
using NpgsqlTypes;
using Wingman.Reputation;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="IReputationLedger"/>
internal sealed class ReputationLedger(NpgsqlDataSource database) : IReputationLedger
{
    private const string FoldSql = """
        select count(*) filter (where outcome = 'completed'), count(*) filter (where outcome = 'no_show')
        from public.reputation_credits
        where user_id = $1
        """;

    // Counted as the existing backend counts: a completed session for both, a no-show for whoever did not confirm.
    // OFFSET 0 keeps the status out of the look-up by match: while few sessions are over, the index on it seems a good way.
    private const string BroughtSql = """
        select count(*) filter (where s.status = 'completed'),
               count(*) filter (where s.status = 'no_show' and not coalesce(
                 case when m.user1_id = $1 then s.user1_completed_confirmed_by_user2 else s.user2_completed_confirmed_by_user1 end, false))
        from (
          select id, user1_id from public.wingman_matches where user1_id = $1
          union
          select id, user1_id from public.wingman_matches where user2_id = $1) m
        cross join lateral (select * from public.wingman_sessions where match_id = m.id offset 0) s
        where s.status in ('completed', 'no_show')
          and not exists (select from public.reputation_credits c where c.user_id = $1 and c.session_id = s.id)
        """;

    private const string PageSql = """
        select session_id, outcome, created_at
        from public.reputation_credits
        where user_id = $1 and (created_at, session_id) < ($2, $3)
        order by created_at desc, session_id desc
        limit $4
        """;

    public Task<CreditCounts> FoldAsync(UserId user) => Database.AskAsync($"credits of user {user}", async () =>
    {
        await using var command = database.CreateCommand(FoldSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new CreditCounts(reader.GetInt64(0), reader.GetInt64(1));
    });

    public Task<(CreditCounts Brought, CreditCounts Folded)> FoldWithBroughtAsync(UserId user) =>
        Database.AskAsync($"credits and past sessions of user {user}", async () =>
        {
            // One statement, one snapshot: a session that is credited in between is counted on exactly one side.
            await using var command = database.CreateCommand($"select * from ({BroughtSql}) brought, ({FoldSql}) folded");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (new CreditCounts(reader.GetInt64(0), reader.GetInt64(1)), new CreditCounts(reader.GetInt64(2), reader.GetInt64(3)));
        });

    public Task<CreditPage> ReadPageAsync(UserId user, CreditCursor? after, int limit) => Database.AskAsync($"history of user {user}", async () =>
    {
        await using var command = database.CreateCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTime>
        {
            // The greatest value is sent as infinity, after every credit.
            TypedValue = after?.CreatedAt.UtcDateTime ?? DateTime.MaxValue,
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Session.Value ?? Guid.AllBitsSet });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        await using var reader = await command.ExecuteReaderAsync();
        List<Credit> credits = [];
        while (await reader.ReadAsync())
        {
            credits.Add(new(new(reader.GetGuid(0)), CreditOutcomeNames.Parse(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        // One more than asked for tells whether there is a next page.
        if (credits.Count <= limit) return new CreditPage(credits, null);
        credits.RemoveAt(limit);
        return new CreditPage(credits, new(credits[^1].CreatedAt, credits[^1].Session));
    });
}
