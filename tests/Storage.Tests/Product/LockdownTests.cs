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
        await using var lab = await TakenOverLab.CreateAsync();
        var before = await ProductCatalog.ReadAsync(lab.Database.Sql);
        await Assert.AllAsync(Forgeries.All, async forgery => Assert.Equal(1, await Forgeries.TryAsync(lab.Database, forgery)));
        Assert.Equal(
            ["public.wingman_matches insert", "public.wingman_matches update", "public.wingman_sessions insert", "public.wingman_sessions update"],
            (await lab.LinesAsync(Lockdown.OpenWrites)).Select(static line => line.Replace("authenticated ", "", StringComparison.Ordinal)));

        await lab.ExecuteAsync(Lockdown.Apply);

        foreach (var forgery in Forgeries.All) await RefusedAsync(() => Forgeries.TryAsync(lab.Database, forgery));
        Assert.Empty(await lab.LinesAsync(Lockdown.OpenWrites));

        await lab.ExecuteAsync(Lockdown.Undo);

        await Assert.AllAsync(Forgeries.All, async forgery => Assert.Equal(1, await Forgeries.TryAsync(lab.Database, forgery)));
        Assert.Equal(before, await ProductCatalog.ReadAsync(lab.Database.Sql));
        Assert.Empty(await lab.LinesAsync("select relation from wingman.lockdown"));
    }

    [Fact]
    public async Task AfterLockdown_TheAppReadsAllItRead_AndTheServiceRoleWrites()
    {
        await using var lab = await TakenOverLab.CreateAsync();
        var buddies = await ProductBuddies.InsertAsync(lab.Database);
        var session = await buddies.InsertSessionAsync(lab.Database, ProductLab.Then);
        await lab.ExecuteAsync("insert into approach_challenges (difficulty, title) values ('beginner', 'Smile')");
        var before = await ReadsAsync();

        await lab.ExecuteAsync(Lockdown.Apply);

        Assert.Equal(["1", "1", "1", "1", "0", "0", "0", "1"], before);
        Assert.Equal(before, await ReadsAsync());
        // Users may still change their own profiles, and the product's backend works as before.
        Assert.Equal(1, await lab.Database.ExecuteAsRestAsync(
            RestRole.Authenticated, buddies.User1, "update user_profiles set first_name = 'New' where id = $1", buddies.User1));
        Assert.Equal(1, await lab.Database.ExecuteAsRestAsync(
            RestRole.Service, null, "update wingman_sessions set status = 'cancelled' where id = $1", session));
        Assert.Equal(1, await lab.Database.ExecuteAsRestAsync(RestRole.Service, null, "delete from wingman_sessions where id = $1", session));

        async Task<List<string>> ReadsAsync()
        {
            List<string> counts = [];
            foreach (var (role, user) in new (RestRole, Guid?)[] { (RestRole.Authenticated, buddies.User1), (RestRole.Anonymous, null) })
            {
                foreach (var table in new[] { "wingman_matches", "wingman_sessions", "user_profiles", "approach_challenges" })
                    counts.Add($"{await lab.Database.ScalarAsRestAsync<long>(role, user, $"select count(*) from {table}")}");
            }

            return counts;
        }
    }

    [Fact]
    public async Task PrivilegesThatAreGrantedAgain_OpenNothing()
    {
        await using var lab = await TakenOverLab.CreateAsync();
        await lab.ExecuteAsync(Lockdown.Apply);

        await lab.ExecuteAsync("grant all on all tables in schema public to anon, authenticated");

        await Assert.AllAsync(Forgeries.All, async forgery =>
        {
            if (forgery is Forgery.CompletedSession or Forgery.AcceptedMatch)
                await RefusedAsync(() => Forgeries.TryAsync(lab.Database, forgery));
            else
                Assert.Equal(0, await Forgeries.TryAsync(lab.Database, forgery));
        });
        Assert.Empty(await lab.LinesAsync(Lockdown.OpenWrites));
    }

    [Fact]
    public async Task AppliedTwice_ItIsTakenBackWhole()
    {
        await using var lab = await TakenOverLab.CreateAsync();
        var before = await ProductCatalog.ReadAsync(lab.Database.Sql);
        await lab.ExecuteAsync(Lockdown.Apply);
        await lab.ExecuteAsync(Lockdown.Apply);

        await lab.ExecuteAsync(Lockdown.Undo);
        await lab.ExecuteAsync(Lockdown.Undo);

        Assert.Equal(before, await ProductCatalog.ReadAsync(lab.Database.Sql));
    }

    [Fact]
    public async Task PrivilegesOnColumns_AreTakenAndGivenBack_WithTheirGrantOption()
    {
        await using var lab = await TakenOverLab.CreateAsync();
        await lab.ExecuteAsync("""
            revoke update on public.wingman_sessions from authenticated;
            grant select, update (notes) on public.wingman_sessions to authenticated;
            grant update (venue_name) on public.wingman_sessions to authenticated with grant option;
            grant insert (match_id) on public.wingman_sessions to public;
            """);
        var before = await ProductCatalog.ReadAsync(lab.Database.Sql);

        await lab.ExecuteAsync(Lockdown.Apply);
        Assert.Empty(await lab.LinesAsync(
            "select attname from pg_attribute where attrelid = 'public.wingman_sessions'::regclass and attacl::text ~ '(authenticated)?=[^/]*[aw]'"));

        await lab.ExecuteAsync(Lockdown.Undo);
        Assert.Equal(before, await ProductCatalog.ReadAsync(lab.Database.Sql));
    }

    [Fact]
    public async Task AWayInThroughAnotherRole_IsRefused_AndNothingIsChanged()
    {
        await using var lab = await TakenOverLab.CreateAsync();
        // Roles belong to the whole server, which other tests use too.
        var role = $"editors_{Guid.NewGuid():N}";
        await lab.ExecuteAsync($"create role {role}; grant insert on public.wingman_matches to {role}; grant {role} to authenticated");
        var before = await ProductCatalog.ReadAsync(lab.Database.Sql);
        try
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => lab.ExecuteAsync(Lockdown.Apply));

            Assert.Contains("authenticated may still insert on public.wingman_matches", refusal.MessageText, StringComparison.Ordinal);
            Assert.Equal(before, await ProductCatalog.ReadAsync(lab.Database.Sql));
        }
        finally
        {
            await lab.ExecuteAsync($"revoke {role} from authenticated; drop owned by {role}; drop role {role}");
        }
    }

    private static async Task RefusedAsync(Func<Task<int>> forgery)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(forgery);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }
}
