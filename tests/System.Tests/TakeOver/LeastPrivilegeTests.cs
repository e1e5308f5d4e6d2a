using System.Text.Json;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>The service as a role with only the privileges that <c>./wingman schema grants</c> prints.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class LeastPrivilegeTests
{
    [Fact]
    public async Task WithTheGrantsAlone_EverythingWorks()
    {
        await using var product = await ProductService.CreateAsync();
        var role = await product.CreateServiceRoleAsync();
        var (one, other) = await product.ChallengesAsync();
        var buddies = await ProductPairs.InsertAsync(product.Database);
        var now = TimeProvider.System.GetUtcNow();
        await product.Add(
            "lesser", product.As(role),
            ("Wingman:NoShow:Enabled", "true"), ("Wingman:NoShow:Since", $"{now.AddDays(-3):O}"), ("Wingman:NoShow:Interval", "00:00:00.2")).StartAndWaitAsync();

        var registered = await product.SendAsServiceAsync(
            HttpMethod.Put, $"/api/match/{Guid.NewGuid()}", new { user1_id = buddies.User1, user2_id = buddies.User2, status = "pending" });
        var completed = await CreateAsync();
        var first = await ConfirmAsync(completed, buddies.User1);
        var second = await ConfirmAsync(completed, buddies.User2);
        var notes = await product.SendAsync(HttpMethod.Patch, $"/api/session/{completed}/notes", buddies.User1, new { notes = "We did it" });
        var cancelled = await CreateAsync();
        var cancel = await product.SendAsync(HttpMethod.Post, $"/api/session/{cancelled}/cancel", buddies.User2);
        var read = await product.SendAsync(HttpMethod.Get, $"/api/session/{completed}", buddies.User2);
        var expired = await buddies.InsertSessionAsync(product.Database, now.AddDays(-2), user1Flag: true);
        await Eventually.BecomesAsync(
            "the session is a no-show",
            _ => product.ScalarAsync<string>("select status from public.wingman_sessions where id = $1", expired),
            static status => status == "no_show");

        Assert.Equal(
            (201, 200, 200, 200, 200, 200),
            (registered.Status, first.Status, second.Status, notes.Status, cancel.Status, read.Status));
        Assert.Equal("One", read.Body.GetProperty("participants").GetProperty("user1").GetProperty("name").GetString());
        Assert.Equal("Smile", read.Body.GetProperty("participants").GetProperty("user1").GetProperty("challenge").GetProperty("title").GetString());
        await Eventually.BecomesAsync(
            "the reputation has the no-show",
            _ => product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{buddies.User2}", buddies.User2),
            static answer => answer.Status == 200 && Counts(answer.Body) == (0, 1, 1));
        Assert.Equal((1, 1, 0), Counts((await product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{buddies.User1}", buddies.User1)).Body));
        var history = await product.SendAsync(HttpMethod.Get, $"/api/user/reputation/{buddies.User2}/history", buddies.User2);
        Assert.Equal(
            [$"{completed} completed", $"{expired} no_show"],
            history.Body.GetProperty("items").EnumerateArray()
                .Select(static item => $"{item.GetProperty("session_id").GetGuid()} {item.GetProperty("outcome").GetString()}").Order(Comparer(completed)));
        // Background work succeeds too: the announced reputation is stored through Orleans' own provider.
        await Eventually.BecomesAsync(
            "a reputation is stored", _ => product.ScalarAsync<long>("select count(*) from orleans.orleansstorage"), static count => count > 0);

        async Task<Guid> CreateAsync()
        {
            var created = await product.SendAsync(
                HttpMethod.Post, "/api/session/create", buddies.User1,
                new { match_id = buddies.Match, venue_name = "Café", time = now.AddDays(1), user1_challenge_id = one, user2_challenge_id = other });
            Assert.True(created.Status == 200, created.ToString());
            return created.Body.GetProperty("session_id").GetGuid();
        }

        Task<Answer> ConfirmAsync(Guid session, Guid user) =>
            product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", user, new { session_id = session });
    }

    [Fact]
    public async Task TheGrants_AllowNothingMore()
    {
        await using var product = await ProductService.CreateAsync();
        await using var lesser = NpgsqlDataSource.Create(product.As(await product.CreateServiceRoleAsync()));

        string[] statements =
        [
            "delete from public.wingman_sessions", "truncate public.wingman_matches", "alter table public.wingman_sessions add column mine int",
            "update public.user_profiles set email = 'mine'", "insert into public.approach_challenges (difficulty, title) values ('beginner', 'Mine')",
            "update orleans.orleansquery set querytext = 'select 1'", "create table wingman.mine (id int)", "create table public.mine (id int)",
            "insert into wingman.lockdown values ('public.wingman_sessions', null, 'anon', 'INSERT', false)", "create schema mine",
        ];

        await Assert.AllAsync(statements, async sql =>
        {
            await using var command = lesser.CreateCommand(sql);
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        });
    }

    [Fact]
    public async Task AWayInForARestLayersRoles_RefusesTheStart_WithTheSqlInOneSentence()
    {
        await using var product = await ProductService.CreateAsync();
        Assert.Equal(0, (await WingmanCommand.RunAsync(product.Database.ConnectionString, "schema", "apply")).ExitCode);
        await product.ExecuteAsync("grant usage on schema orleans to anon; grant select on orleans.orleansquery to anon");
        var host = product.Add("open");
        host.Start();

        Assert.Equal(1, await host.WaitForExitAsync());

        var sentence = Assert.Single(host.Log.Split('\n'), static line => line.StartsWith("Wingman does not start:", StringComparison.Ordinal));
        Assert.EndsWith("revoke all on all tables in schema orleans from anon; revoke all on schema orleans from anon;", sentence, StringComparison.Ordinal);
        Assert.Contains("'anon'", sentence, StringComparison.Ordinal);
        await product.ExecuteAsync(sentence[sentence.IndexOf("revoke", StringComparison.Ordinal)..]);
        await host.StartAndWaitAsync();
    }

    private static (int Score, int Completed, int NoShows) Counts(JsonElement reputation) => (
        reputation.GetProperty("score").GetInt32(),
        reputation.GetProperty("completed_sessions").GetInt32(),
        reputation.GetProperty("no_shows").GetInt32());

    private static Comparer<string> Comparer(Guid first) => System.Collections.Generic.Comparer<string>.Create(
        (a, b) => b.StartsWith($"{first}", StringComparison.Ordinal).CompareTo(a.StartsWith($"{first}", StringComparison.Ordinal)));
}
