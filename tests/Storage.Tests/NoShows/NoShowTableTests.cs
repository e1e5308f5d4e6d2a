using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Sessions;
using Wingman.Silo.Schema;
using Wingman.Silo.Storage;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Sweeping;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.NoShows;

/// <summary>From when on no-shows are detected, and at which times the service was down.</summary>
public sealed class NoShowTableTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = SeededSession.Then;
    private static readonly NoShowOptions ByDefault = new() { AskDatabaseClock = false };
    private static readonly NoShowOptions On = new() { Enabled = true, AskDatabaseClock = false };
    private static readonly NoShowOptions Off = new() { Enabled = false, AskDatabaseClock = false };

    private NoShowTable Table => new(fixture.Sql);

    /// <inheritdoc/>
    public Task InitializeAsync() => BeginAgainAsync(isFresh: true);

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task FreshDatabase_DetectsFromItsFirstRoundOn()
    {
        var first = await Table.BeginRoundAsync(ByDefault, Start);
        var later = await Table.BeginRoundAsync(ByDefault, Start.AddMinutes(10));

        Assert.Equal((ByDefault.GracePeriod, Start), (first!.GracePeriod, first.Since));
        Assert.Equal(Start, later!.Since);
        Assert.Empty(later.Gaps);
    }

    [Fact]
    public async Task ExistingDatabase_DetectsNothingUntilSwitchedOn_AndThenNothingOfBefore()
    {
        await BeginAgainAsync(isFresh: false);
        Assert.Null(await Table.BeginRoundAsync(ByDefault, Start));
        Assert.Null(await Table.BeginRoundAsync(ByDefault, Start.AddDays(30)));

        var terms = await Table.BeginRoundAsync(On, Start.AddDays(31));

        Assert.Equal(Start.AddDays(31), terms!.Since);
        Assert.Empty(terms.Gaps);
        Assert.Equal(Start.AddDays(31), (await Table.BeginRoundAsync(On, Start.AddDays(31).AddMinutes(5)))!.Since);
    }

    [Fact]
    public async Task SwitchedOffAndOnAgain_BeginsAnew_AndTheTimeBetweenIsNoGap()
    {
        Assert.Equal(Start, (await Table.BeginRoundAsync(On, Start))!.Since);
        Assert.Null(await Table.BeginRoundAsync(Off, Start.AddHours(1)));

        var again = await Table.BeginRoundAsync(On, Start.AddHours(20));

        Assert.Equal(Start.AddHours(20), again!.Since);
        Assert.Empty(again.Gaps);
    }

    [Fact]
    public async Task HostClockThatIsAheadOfTheDatabases_IsNotTrusted()
    {
        var now = TimeProvider.System.GetUtcNow();

        var terms = await Table.BeginRoundAsync(new() { Enabled = true }, now.AddHours(30));

        Assert.InRange(terms!.AsOf, now.AddMinutes(-1), now.AddMinutes(5));
        Assert.Equal(terms.AsOf, terms.Since);
    }

    [Fact]
    public async Task HostClockThatIsBehindTheDatabases_IsTheOneThatCounts()
    {
        var behind = TimeProvider.System.GetUtcNow().AddHours(-30);

        var terms = await Table.BeginRoundAsync(new() { Enabled = true }, behind);

        Assert.Equal(behind, terms!.AsOf, TimeSpan.FromMicroseconds(1));
    }

    [Fact]
    public async Task ClocksThatLeapedAheadAndWereSetRight_LeaveNothingOfTheFuture()
    {
        await fixture.ExecuteAsync("""
            update wingman.no_show_detection set since = now() + interval '20 days', last_round_at = now() + interval '30 days';
            insert into wingman.service_gaps (from_time, to_time)
            values (now() - interval '10 minutes', now() + interval '25 days'), (now() + interval '26 days', now() + interval '30 days')
            """);
        var now = TimeProvider.System.GetUtcNow();

        var terms = await Table.BeginRoundAsync(new() { Enabled = true }, now);
        var later = await Table.BeginRoundAsync(new() { Enabled = true }, now.AddMinutes(5));

        Assert.InRange(terms!.Since, now.AddMinutes(-1), now.AddMinutes(5));
        var gap = Assert.Single(await GapsAsync(terms));
        Assert.InRange(gap.To, now.AddMinutes(-1), now.AddMinutes(5));
        // Cut once: they do not move on with the present.
        Assert.Equal(terms.Since, later!.Since);
        Assert.Equal([gap], await GapsAsync(later));
        Assert.True(await fixture.ScalarAsync<bool>("select last_round_at <= now() from wingman.no_show_detection"));
    }

    [Fact]
    public async Task TimesOfTheFuture_StayWhereTheDatabasesClockIsNotAsked()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddDays(20);
        await Table.BeginRoundAsync(On, ahead);

        var terms = await Table.BeginRoundAsync(On, ahead.AddHours(5));

        Assert.Equal(ahead, terms!.Since, TimeSpan.FromMicroseconds(1));
        Assert.Single(await GapsAsync(terms));
    }

    [Fact]
    public async Task FreshDatabase_CanBeSwitchedOff() => Assert.Null(await Table.BeginRoundAsync(Off, Start));

    [Fact]
    public async Task ConfiguredSince_OverridesTheMomentOfTheSwitch()
    {
        var configured = new NoShowOptions { Enabled = true, AskDatabaseClock = false, Since = Start.AddDays(-7) };

        Assert.Equal(Start.AddDays(-7), (await Table.BeginRoundAsync(configured, Start))!.Since);
        Assert.Equal(Start, (await Table.BeginRoundAsync(On, Start.AddMinutes(5)))!.Since);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(600)]
    public async Task MoreThanAnHourWithoutARound_IsAGap(int minutes)
    {
        await Table.BeginRoundAsync(On, Start);

        var terms = await Table.BeginRoundAsync(On, Start.AddMinutes(minutes));
        var later = await Table.BeginRoundAsync(On, Start.AddMinutes(minutes + 5));

        Assert.Equal([new ServiceGap(Start, Start.AddMinutes(minutes))], await GapsAsync(terms));
        Assert.Equal([new ServiceGap(Start, Start.AddMinutes(minutes))], later!.Gaps);
    }

    [Fact]
    public async Task AnHourOrLess_IsNoGap()
    {
        await Table.BeginRoundAsync(On, Start);
        await Table.BeginRoundAsync(On, Start.AddMinutes(59));

        var terms = await Table.BeginRoundAsync(On, Start.AddMinutes(59 + 60));

        Assert.Empty(await GapsAsync(terms));
    }

    [Fact]
    public async Task TimeBetweenTwoRoundsThatAreAnHourApart_IsNoGap()
    {
        var hourly = new NoShowOptions { Enabled = true, Interval = TimeSpan.FromHours(1) };
        await Table.BeginRoundAsync(hourly, Start);

        var terms = await Table.BeginRoundAsync(hourly, Start.AddMinutes(61));

        Assert.Empty(await GapsAsync(terms));
    }

    [Fact]
    public async Task GapWhoseSessionsHaveHadTheirGrace_IsNotReturned()
    {
        await Table.BeginRoundAsync(On, Start);
        await Table.BeginRoundAsync(On, Start.AddHours(5));
        for (var minutes = 30; minutes <= 24 * 60; minutes += 30) await Table.BeginRoundAsync(On, Start.AddHours(5).AddMinutes(minutes));

        var terms = await Table.BeginRoundAsync(On, Start.AddHours(5 + 24).AddMinutes(1));

        Assert.Empty(terms!.Gaps);
        Assert.Equal(1, await fixture.ScalarAsync<long>("select count(*) from wingman.service_gaps"));
    }

    [Fact]
    public async Task GapWhoseNewGraceEndsInAnotherGap_IsReturnedWithIt()
    {
        await Table.BeginRoundAsync(On, Start);
        await Table.BeginRoundAsync(On, Start.AddHours(5));
        for (var minutes = 30; minutes <= 20 * 60; minutes += 30) await Table.BeginRoundAsync(On, Start.AddHours(5).AddMinutes(minutes));

        var terms = await Table.BeginRoundAsync(On, Start.AddHours(35));

        Assert.Equal([new ServiceGap(Start, Start.AddHours(5)), new ServiceGap(Start.AddHours(25), Start.AddHours(35))], terms!.Gaps);
    }

    [Fact]
    public async Task TwoSweepersAtOnce_SeeTheSame()
    {
        await Table.BeginRoundAsync(On, Start);
        for (var round = 1; round <= 20; round++)
        {
            var now = Start.AddHours(2 * round);

            var terms = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Table.BeginRoundAsync(On, now.AddMilliseconds(n))));

            Assert.All(terms, one => Assert.Equal(Start, one!.Since));
            Assert.Equal(round, await fixture.ScalarAsync<long>("select count(*) from wingman.service_gaps"));
        }
    }

    [Fact]
    public async Task ClockOfAnotherSweeperThatIsBehind_TakesNothingBack()
    {
        await Table.BeginRoundAsync(On, Start);
        await Table.BeginRoundAsync(On, Start.AddMinutes(50));

        Assert.Equal(Start, (await Table.BeginRoundAsync(On, Start.AddMinutes(10)))!.Since);
        Assert.Empty((await Table.BeginRoundAsync(On, Start.AddMinutes(105)))!.Gaps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Schema_RemembersWhetherThereWereSessionsBefore(bool hadSessions)
    {
        await using var product = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var buddies = await ProductPairs.InsertAsync(product);
        if (hadSessions) await buddies.InsertSessionAsync(product, Start);
        await SchemaMigrator.ApplyAsync(product.ConnectionString, NullLogger.Instance, CancellationToken.None);
        if (!hadSessions) await buddies.InsertSessionAsync(product, Start);

        var terms = await new NoShowTable(product.Sql).BeginRoundAsync(ByDefault, Start);

        Assert.Equal(hadSessions, terms is null);
    }

    [Fact]
    public async Task SchemaByARoleThatDoesNotSeeTheSessions_IsRefused_AndAppliesNothing()
    {
        await using var product = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        var buddies = await ProductPairs.InsertAsync(product);
        await buddies.InsertSessionAsync(product, Start);
        var role = $"blind_{Guid.NewGuid():N}";
        var asRole = new NpgsqlConnectionStringBuilder(product.ConnectionString) { Username = role };
        await product.Sql.ExecuteAsync(
            $"create role {role} login; grant create on database {asRole.Database} to {role}; grant select on public.wingman_matches, public.wingman_sessions to {role}");
        try
        {
            var refused = await Assert.ThrowsAsync<RowSecurityException>(
                () => SchemaMigrator.ApplyAsync(asRole.ConnectionString, NullLogger.Instance, CancellationToken.None));

            Assert.Contains($"'{role}'", refused.Message, StringComparison.Ordinal);
            Assert.True(await product.Sql.ScalarAsync<bool>("select to_regnamespace('wingman') is null"));
        }
        finally
        {
            await product.Sql.ExecuteAsync($"drop owned by {role} cascade; drop role {role}");
        }

        await SchemaMigrator.ApplyAsync(product.ConnectionString, NullLogger.Instance, CancellationToken.None);
        Assert.Null(await new NoShowTable(product.Sql).BeginRoundAsync(ByDefault, Start));
    }

    private async Task<IReadOnlyList<ServiceGap>> GapsAsync(NoShowTerms? terms)
    {
        // A gap is stored by the statement that detects it, and read by the next statement of the same round.
        Assert.NotNull(terms);
        Assert.Equal(terms.Gaps.Count, await fixture.ScalarAsync<long>("select count(*) from wingman.service_gaps"));
        return terms.Gaps;
    }

    private Task BeginAgainAsync(bool isFresh) => fixture.ExecuteAsync($"""
        update wingman.no_show_detection set is_fresh = {isFresh}, since = null, last_round_at = null;
        delete from wingman.service_gaps;
        """);
}
