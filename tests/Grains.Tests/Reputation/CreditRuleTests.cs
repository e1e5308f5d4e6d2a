using Wingman.Grains.Tests.Cluster;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.Grains.Tests.Reputation;

/// <summary>The rule for a participant's credit is written twice, in SQL and in C#: both give the same result for every possible row.</summary>
public sealed class CreditRuleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(CreditCounting.Fair)]
    [InlineData(CreditCounting.Legacy)]
    public async Task Credit_OfEveryGeneratedRow_IsTheSameInSqlAndInTheRules(CreditCounting counting)
    {
        await using var database = await TestDatabase.CreateProductsAsync();
        var seed = Random.Shared.Next();
        var data = ProductData.Generate(new(seed, DateTimeOffset.UnixEpoch.AddYears(56)) { Users = 300, Matches = 600, Sessions = 4_000 });
        using var log = new StringWriter();
        await data.InsertAsync(database.OtherWriter, log);
        output.WriteLine($"{log}");

        await using var command = database.OtherWriter.CreateCommand(
            $"""
            select s.status, case when m.is_user1 then s.user1_completed_confirmed_by_user2 else s.user2_completed_confirmed_by_user1 end,
                   {CreditSql.Of("s", "m.is_user1", counting)}
            from public.wingman_sessions s
            join (select id, true as is_user1 from public.wingman_matches union all select id, false from public.wingman_matches) m on m.id = s.match_id
            """);
        await using var row = await command.ExecuteReaderAsync();
        var outcomes = new Dictionary<string, int>();
        while (await row.ReadAsync())
        {
            var status = StoredNames.SessionStatusOf(row.IsDBNull(0) ? null : row.GetString(0));
            var hasConfirmed = !row.IsDBNull(1) && row.GetBoolean(1);
            CreditOutcome? stored = row.IsDBNull(2) ? null : StoredNames.CreditOutcomeOf(row.GetString(2));
            Assert.Equal(SessionRules.CreditOf(status, hasConfirmed, counting), stored);
            var name = $"{stored}";
            outcomes[name] = outcomes.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(8_000, outcomes.Values.Sum());
        Assert.Equal(3, outcomes.Count);
    }
}
