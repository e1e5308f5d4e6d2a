using Wingman.SystemTests.Clusters;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>
/// Every exchange of the session family is sent to the old backend's stand-in and, over HTTP, to Wingman on the same database.
/// The table of docs/existing-database.md lists exactly the exchanges that differ.
/// </summary>
[Collection(RealProcessesCollection.Name)]
public sealed class ExchangeTests(ExchangeTests.Fixture fixture) : IClassFixture<ExchangeTests.Fixture>
{
    /// <summary>Rows of the table that need another setup, and the tests that show them.</summary>
    private static readonly Dictionary<string, string> ShownElsewhere = new(StringComparer.Ordinal)
    {
        ["unavailable"] = "Wingman.Api.Tests.Wire.FailureTests",
        ["busy"] = "Wingman.Api.Tests.Wire.InFlightLimitTests",
        ["no-shows"] = "Wingman.SystemTests.TakeOver.TakeOverTests",
    };

    public static TheoryData<string> Names => [.. Exchanges.All.Select(static exchange => exchange.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AnExchange_IsAsTheOldBackends_OrStandsInTheTable(string name)
    {
        var exchange = Exchanges.All.Single(exchange => exchange.Name == name);

        var old = await exchange.Old(await fixture.NewSceneAsync());
        var ours = await exchange.Ours(await fixture.NewSceneAsync());

        if (exchange.Difference is null)
        {
            Assert.Equal(old, ours);
            return;
        }

        Assert.NotEqual(old, ours);
        Assert.Contains(exchange.Difference, Documentation.Differences());
    }

    [Fact]
    public void EveryRowOfTheTable_IsShownByAnExchangeOrATest()
    {
        var shown = Exchanges.All.Select(static exchange => exchange.Difference).OfType<string>().Concat(ShownElsewhere.Keys).Distinct().Order();

        Assert.Equal(Documentation.Differences().Order(), shown);
    }

    [Fact]
    public async Task TheLegacyCount_IsTheOldBackendsForEveryUser()
    {
        await using var product = await ProductService.CreateAsync();
        var data = ProductData.Generate(new(Seed: 20, TimeProvider.System.GetUtcNow()) { Users = 60, Matches = 150, Sessions = 800 });
        await data.InsertAsync(product.Database.Sql, TextWriter.Null);
        await using var old = new OldBackend(product.Database.ConnectionString);
        await product.Add(
            "legacy", settings: [("Wingman:Reputation:Counting", "Legacy"), ("Wingman:Api:AnonymousReputations", "true")]).StartAndWaitAsync();

        foreach (var user in data.Users)
        {
            var then = await old.GetReputationAsync(user.Id);
            var now = (await product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{user.Id}", user: null)).Body;
            Assert.Equal(
                (then.Score, then.CompletedSessions, then.NoShows, then.BadgeColor),
                (now.GetProperty("score").GetInt32(), now.GetProperty("completed_sessions").GetInt32(), now.GetProperty("no_shows").GetInt32(),
                    now.GetProperty("badge_color").GetString()));
        }
    }

    /// <summary>One process for all exchanges.</summary>
    public sealed class Fixture : IAsyncLifetime, IAsyncDisposable
    {
        private ProductService _product = null!;
        private OldBackend? _old;
        private (Guid One, Guid Other) _challenges;

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            _product = await ProductService.CreateAsync();
            _challenges = await _product.ChallengesAsync();
            _old = new(_product.Database.ConnectionString);
            await _product.Add("exchanges", settings: [("Wingman:Api:AnonymousReputations", "true")]).StartAndWaitAsync();
        }

        /// <inheritdoc/>
        async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            if (_old is not null) await _old.DisposeAsync();
            await _product.DisposeAsync();
        }

        internal async Task<Scene> NewSceneAsync()
        {
            var buddies = await ProductPairs.InsertAsync(_product.Database);
            var session = await buddies.InsertSessionAsync(_product.Database, Scene.Past);
            return new(_product, _old!, buddies, session, _challenges.One, _challenges.Other);
        }
    }
}
