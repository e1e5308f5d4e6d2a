using Npgsql;
using NpgsqlTypes;
using Wingman.Reputation;
using Wingman.Silo.Storage.Queries;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <inheritdoc cref="IReputationLedger"/>
internal sealed class ReputationLedger(NpgsqlDataSource database, BatchedQueries queries) : IReputationLedger
{
    private const string PageSql = """
        select session_id, outcome, created_at
        from public.reputation_credits
        where user_id = $1 and (created_at, session_id) < ($2, $3)
        order by created_at desc, session_id desc
        limit $4
        """;

    public async Task<CreditCounts> FoldAsync(UserId user) => (await queries.FoldAsync(user, withBrought: false)).Folded;

    public async Task<(CreditCounts Brought, CreditCounts Folded)> FoldWithBroughtAsync(UserId user)
    {
        var (brought, folded) = await queries.FoldAsync(user, withBrought: true);
        return (brought, folded);
    }

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
