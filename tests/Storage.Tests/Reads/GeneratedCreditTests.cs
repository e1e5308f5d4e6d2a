using CsCheck;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Storage.Rows;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Reads;

/// <summary>Counts and histories of generated years of the product's data are equal to the results of the rule in C# for the same rows.</summary>
public sealed class GeneratedCreditTests(ExistingFixture fixture) : IClassFixture<ExistingFixture>
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(CreditCounting.Fair)]
    [InlineData(CreditCounting.Legacy)]
    public async Task EveryUser_HasTheCreditsOfTheRule(CreditCounting counting)
    {
        var tables = fixture.Open(counting: counting);
        await Gen.Int[0, 1_000_000].SampleAsync(
            async seed =>
            {
                var data = ProductData.Generate(new(seed, Now) { Users = 40, Matches = 120, Sessions = 600 });
                await fixture.ExecuteAsync("truncate user_profiles, approach_challenges cascade");
                await data.InsertAsync(fixture.Sql, TextWriter.Null);
                await Task.WhenAll(data.Users.Select(user => CheckAsync(data, new(user.Id))));
            },
            iter: 8,
            threads: 1);

        async Task CheckAsync(ProductData data, UserId user)
        {
            var expected = CreditsOf(data, user, counting);

            var counts = await tables.CountAsync(user);

            Assert.Equal(
                (expected.LongCount(static credit => credit.Outcome == CreditOutcome.Completed), expected.LongCount(static credit => credit.Outcome == CreditOutcome.NoShow)),
                (counts.Completed, counts.NoShows));
            Assert.Equal(
                expected.OrderBy(static credit => credit.Session.Value),
                (await AllAsync(user)).OrderBy(static credit => credit.Session.Value).Select(static credit => (credit.Session, credit.Outcome)));
        }

        async Task<List<Credit>> AllAsync(UserId user)
        {
            List<Credit> all = [];
            CreditCursor? after = null;
            do
            {
                var page = await tables.ReadHistoryAsync(user, after, 7);
                Assert.InRange(page.Credits.Count, page.Next is null ? 0 : 7, 7);
                all.AddRange(page.Credits);
                after = page.Next;
            }
            while (after is not null);

            Assert.Equal(all.OrderByDescending(static credit => credit.At).Select(static credit => credit.At), all.Select(static credit => credit.At));
            return all;
        }
    }

    private static List<(SessionId Session, CreditOutcome Outcome)> CreditsOf(ProductData data, UserId user, CreditCounting counting) =>
        [.. from match in data.Matches
            where match.User1 == user.Value || match.User2 == user.Value
            join session in data.Sessions on match.Id equals session.Match
            // By the product's naming, user1's own confirmation is in user1_completed_confirmed_by_user2.
            let said = (match.User1 == user.Value ? session.User1Flag : session.User2Flag) ?? false
            let credit = SessionRules.CreditOf(StoredNames.SessionStatusOf(session.Status), said, counting)
            where credit is not null
            select (new SessionId(session.Id), credit.Value)];
}
