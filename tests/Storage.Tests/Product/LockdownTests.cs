using Npgsql;
using Wingman.Silo.Schema;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>Closing the product's tables to writes through the REST layer: what it stops, what it leaves, and the way back.</summary>
public sealed class LockdownTests
{
    [Fact]
    public async Task EachForgery_Succeeds_IsStopped_AndIsBackAfterUndo_WithTheSameCatalog()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var before = await ProductCatalog.ReadAsync(fixture.Database.Sql);
        await Assert.AllAsync(Forgeries.All, async forgery => Assert.Equal(1, await Forgeries.TryAsync(fixture.Database, forgery)));
        Assert.Equal(
            ["public.wingman_matches insert", "public.wingman_matches update", "public.wingman_sessions insert", "public.wingman_sessions update"],
            (await fixture.LinesAsync(Lockdown.OpenWrites)).Select(static line => line.Replace("authenticated ", "", StringComparison.Ordinal)));

        await fixture.ExecuteAsync(Lockdown.Apply);

        await Assert.AllAsync(Forgeries.All, forgery => RefusedAsync(() => Forgeries.TryAsync(fixture.Database, forgery)));
        Assert.Empty(await fixture.LinesAsync(Lockdown.OpenWrites));

        await fixture.ExecuteAsync(Lockdown.Undo);

        await Assert.AllAsync(Forgeries.All, async forgery => Assert.Equal(1, await Forgeries.TryAsync(fixture.Database, forgery)));
        Assert.Equal(before, await ProductCatalog.ReadAsync(fixture.Database.Sql));
        Assert.Empty(await fixture.LinesAsync("select relation from wingman.lockdown"));
    }

    [Fact]
    public async Task AfterLockdown_TheAppReadsAllItRead_AndTheServiceRoleWrites()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var buddies = await ProductPairs.InsertAsync(fixture.Database);
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);
        await fixture.ExecuteAsync("insert into approach_challenges (difficulty, title) values ('beginner', 'Smile')");
        var before = await ReadsAsync();

        await fixture.ExecuteAsync(Lockdown.Apply);

        Assert.Equal(["1", "1", "1", "1", "0", "0", "0", "1"], before);
        Assert.Equal(before, await ReadsAsync());
        // Users may still change their own profiles, and the product's backend works as before.
        Assert.Equal(1, await fixture.Database.ExecuteAsRestAsync(
            RestRole.Authenticated, buddies.User1, "update user_profiles set first_name = 'New' where id = $1", buddies.User1));
        Assert.Equal(1, await fixture.Database.ExecuteAsRestAsync(
            RestRole.Service, null, "update wingman_sessions set status = 'cancelled' where id = $1", session));
        Assert.Equal(1, await fixture.Database.ExecuteAsRestAsync(RestRole.Service, null, "delete from wingman_sessions where id = $1", session));

        async Task<List<string>> ReadsAsync()
        {
            List<string> counts = [];
            foreach (var (role, user) in new (RestRole, Guid?)[] { (RestRole.Authenticated, buddies.User1), (RestRole.Anonymous, null) })
            {
                foreach (var table in new[] { "wingman_matches", "wingman_sessions", "user_profiles", "approach_challenges" })
                    counts.Add($"{await fixture.Database.ScalarAsRestAsync<long>(role, user, $"select count(*) from {table}")}");
            }

            return counts;
        }
    }

    [Fact]
    public async Task PrivilegesThatAreGrantedAgain_OpenNothing()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await fixture.ExecuteAsync(Lockdown.Apply);

        await fixture.ExecuteAsync("grant all on all tables in schema public to anon, authenticated");

        await Assert.AllAsync(Forgeries.All, async forgery =>
        {
            if (forgery is Forgery.CompletedSession or Forgery.AcceptedMatch)
                await RefusedAsync(() => Forgeries.TryAsync(fixture.Database, forgery));
            else
                Assert.Equal(0, await Forgeries.TryAsync(fixture.Database, forgery));
        });
        Assert.Empty(await fixture.LinesAsync(Lockdown.OpenWrites));
    }

    [Fact]
    public async Task AppliedTwice_ItIsTakenBackWhole()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        var before = await ProductCatalog.ReadAsync(fixture.Database.Sql);
        await fixture.ExecuteAsync(Lockdown.Apply);
        await fixture.ExecuteAsync(Lockdown.Apply);

        await fixture.ExecuteAsync(Lockdown.Undo);
        await fixture.ExecuteAsync(Lockdown.Undo);

        Assert.Equal(before, await ProductCatalog.ReadAsync(fixture.Database.Sql));
    }

    [Fact]
    public async Task PrivilegesOnColumns_AreTakenAndGivenBack_WithTheirGrantOption()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        await fixture.ExecuteAsync("""
            revoke update on public.wingman_sessions from authenticated;
            grant select, update (notes) on public.wingman_sessions to authenticated;
            grant update (venue_name) on public.wingman_sessions to authenticated with grant option;
            grant insert (match_id) on public.wingman_sessions to public;
            """);
        var before = await ProductCatalog.ReadAsync(fixture.Database.Sql);

        await fixture.ExecuteAsync(Lockdown.Apply);
        Assert.Empty(await fixture.LinesAsync(
            "select attname from pg_attribute where attrelid = 'public.wingman_sessions'::regclass and attacl::text ~ '(authenticated)?=[^/]*[aw]'"));

        await fixture.ExecuteAsync(Lockdown.Undo);
        Assert.Equal(before, await ProductCatalog.ReadAsync(fixture.Database.Sql));
    }

    [Fact]
    public async Task AWayInThroughAnotherRole_IsRefused_AndNothingIsChanged()
    {
        await using var fixture = await TakenOverFixture.CreateAsync();
        // Roles belong to the whole server, which other tests use too.
        var role = $"editors_{Guid.NewGuid():N}";
        await fixture.ExecuteAsync($"create role {role}; grant insert on public.wingman_matches to {role}; grant {role} to authenticated");
        var before = await ProductCatalog.ReadAsync(fixture.Database.Sql);
        try
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => fixture.ExecuteAsync(Lockdown.Apply));

            Assert.Contains("authenticated may still insert on public.wingman_matches", refusal.MessageText, StringComparison.Ordinal);
            Assert.Equal(before, await ProductCatalog.ReadAsync(fixture.Database.Sql));
        }
        finally
        {
            await fixture.ExecuteAsync($"revoke {role} from authenticated; drop owned by {role}; drop role {role}");
        }
    }

    private static async Task RefusedAsync(Func<Task<int>> forgery)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(forgery);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }
}
