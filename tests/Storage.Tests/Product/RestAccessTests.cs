using Npgsql;
using Wingman.Testing;
using Wingman.Testing.History;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>What the product's policies allow callers of the REST layer, and what they refuse.</summary>
public sealed class RestAccessTests(ProductFixture fixture) : IClassFixture<ProductFixture>
{
    [Fact]
    public async Task Forgery_AParticipantSetsTheBuddysFlag_Succeeds()
    {
        var (buddies, session) = await ScheduledAsync();

        var changed = await AsUserAsync(
            buddies.User1, "update wingman_sessions set user2_completed_confirmed_by_user1 = true where id = $1", session);

        Assert.Equal(1, changed);
        Assert.Equal("scheduled false true 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Forgery_AParticipantSetsTheStatusToCompleted_Succeeds()
    {
        var (buddies, session) = await ScheduledAsync();

        var changed = await AsUserAsync(buddies.User1, "update wingman_sessions set status = 'completed', completed_at = now() where id = $1", session);

        Assert.Equal(1, changed);
        Assert.Equal("completed false false 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Forgery_AParticipantSetsACounter_Succeeds()
    {
        var (buddies, session) = await ScheduledAsync();

        var changed = await AsUserAsync(buddies.User1, "update wingman_matches set user1_reputation = 99 where id = $1", buddies.Match);

        Assert.Equal(1, changed);
        Assert.Equal("scheduled false false 99 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Forgery_AParticipantInsertsACompletedSession_Succeeds()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = Guid.NewGuid();

        await AsUserAsync(
            buddies.User2,
            """
            insert into wingman_sessions (id, match_id, status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
            values ($1, $2, 'completed', now(), true, true)
            """,
            session, buddies.Match);

        Assert.Equal("completed true true 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Forgery_AUserInsertsAnAcceptedMatch_Succeeds()
    {
        var (buddies, stranger) = (await fixture.BuddiesAsync(), await fixture.BuddiesAsync());
        var match = Guid.NewGuid();

        await AsUserAsync(
            buddies.User1,
            "insert into wingman_matches (id, user1_id, user2_id, status) values ($1, $2, $3, 'accepted')",
            match, buddies.User1, stranger.User1);

        Assert.Equal("accepted", await fixture.ScalarAsync<string>("select status from wingman_matches where id = $1", match));
    }

    [Fact]
    public async Task Participant_ReadsTheOwnMatchSessionAndProfileOnly()
    {
        var (buddies, _) = await ScheduledAsync();
        await ScheduledAsync();

        Assert.Equal(1, await CountAsync(RestRole.Authenticated, buddies.User1, "wingman_matches"));
        Assert.Equal(1, await CountAsync(RestRole.Authenticated, buddies.User1, "wingman_sessions"));
        Assert.Equal(1, await CountAsync(RestRole.Authenticated, buddies.User1, "user_profiles"));
    }

    [Fact]
    public async Task Participant_MayNotDelete()
    {
        var (buddies, session) = await ScheduledAsync();

        Assert.Equal(0, await AsUserAsync(buddies.User1, "delete from wingman_sessions where id = $1", session));
        Assert.Equal(0, await AsUserAsync(buddies.User1, "delete from wingman_matches where id = $1", buddies.Match));
        Assert.Equal("scheduled false false 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Stranger_NeitherReadsNorChangesNorInserts()
    {
        var (buddies, session) = await ScheduledAsync();
        var stranger = Guid.NewGuid();

        Assert.Equal(0, await CountAsync(RestRole.Authenticated, stranger, "wingman_sessions"));
        Assert.Equal(0, await CountAsync(RestRole.Authenticated, stranger, "wingman_matches"));
        Assert.Equal(0, await AsUserAsync(stranger, "update wingman_sessions set status = 'cancelled' where id = $1", session));
        Assert.Equal(0, await AsUserAsync(stranger, "update wingman_matches set status = 'declined' where id = $1", buddies.Match));
        await RefusedAsync(RestRole.Authenticated, stranger, "insert into wingman_sessions (match_id) values ($1)", buddies.Match);
        await RefusedAsync(
            RestRole.Authenticated, stranger, "insert into wingman_matches (user1_id, user2_id) values ($1, $2)", buddies.User1, buddies.User2);
    }

    [Fact]
    public async Task Participant_MayNotHandAMatchToOthers()
    {
        var (buddies, stranger) = (await fixture.BuddiesAsync(), await fixture.BuddiesAsync());

        await RefusedAsync(
            RestRole.Authenticated,
            buddies.User1,
            "update wingman_matches set user1_id = $2, user2_id = $3 where id = $1",
            buddies.Match, stranger.User1, stranger.User2);
    }

    [Fact]
    public async Task Anonymous_SeesTheChallengesAndNothingElse()
    {
        var (buddies, session) = await ScheduledAsync();
        await fixture.ExecuteAsync("insert into approach_challenges (difficulty, title) values ('beginner', 'Smile')");

        Assert.True(await CountAsync(RestRole.Anonymous, null, "approach_challenges") > 0);
        Assert.Equal(0, await CountAsync(RestRole.Anonymous, null, "user_profiles"));
        Assert.Equal(0, await CountAsync(RestRole.Anonymous, null, "wingman_matches"));
        Assert.Equal(0, await CountAsync(RestRole.Anonymous, null, "wingman_sessions"));
        Assert.Equal(0, await AsAnonymousAsync("update wingman_sessions set status = 'completed' where id = $1", session));
        Assert.Equal(0, await AsAnonymousAsync("delete from wingman_sessions where id = $1", session));
        Assert.Equal(0, await AsAnonymousAsync("delete from approach_challenges"));
        await RefusedAsync(RestRole.Anonymous, null, "insert into wingman_sessions (match_id) values ($1)", buddies.Match);
        await RefusedAsync(RestRole.Anonymous, null, "insert into approach_challenges (difficulty, title) values ('beginner', 'Forged')");
    }

    [Fact]
    public async Task ServiceRole_ReadsEverythingAndMayDelete()
    {
        var (_, session) = await ScheduledAsync();

        Assert.Equal(await fixture.ScalarAsync<long>("select count(*) from wingman_sessions"), await CountAsync(RestRole.Service, null, "wingman_sessions"));
        Assert.Equal(1, await fixture.Database.ExecuteAsRestAsync(RestRole.Service, null, "delete from wingman_sessions where id = $1", session));
        Assert.Null(await fixture.LineAsync(session));
    }

    [Fact]
    public async Task ANewTableOfPublic_IsOpenToEveryone_UntilItHasRowLevelSecurity()
    {
        await fixture.ExecuteAsync("create table public.forgotten (secret text); insert into public.forgotten values ('secret')");

        Assert.Equal("secret", await fixture.Database.ScalarAsRestAsync<string>(RestRole.Anonymous, null, "select secret from forgotten"));

        await fixture.ExecuteAsync("alter table public.forgotten enable row level security");
        Assert.Null(await fixture.Database.ScalarAsRestAsync<string>(RestRole.Anonymous, null, "select secret from forgotten"));
    }

    [Fact]
    public async Task TheUserOfTheToken_IsKnownToTheStatement()
    {
        var user = Guid.NewGuid();

        Assert.Equal(user, await fixture.Database.ScalarAsRestAsync<Guid?>(RestRole.Authenticated, user, "select auth.uid()"));
        Assert.Null(await fixture.Database.ScalarAsRestAsync<Guid?>(RestRole.Anonymous, null, "select auth.uid()"));
        Assert.Equal(
            "authenticated",
            await fixture.Database.ScalarAsRestAsync<string>(RestRole.Authenticated, user, "select current_setting('request.jwt.claims')::jsonb ->> 'role'"));
    }

    [Fact]
    public async Task TheUserOfTheToken_IsKnownByTheOlderSettingToo()
    {
        var user = Guid.NewGuid();
        await using var connection = await fixture.Database.Sql.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var set = new NpgsqlCommand("select set_config('request.jwt.claim.sub', $1, true)", connection, transaction);
        set.Parameters.AddWithValue(user.ToString());
        await set.ExecuteNonQueryAsync();
        await using var query = new NpgsqlCommand("select auth.uid()", connection, transaction);

        Assert.Equal(user, await query.ExecuteScalarAsync());
    }

    [Fact]
    public async Task TheRestLayersSession_CannotSwitchToTheOwner()
    {
        var owner = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString).Username;

        await RefusedAsync(RestRole.Authenticated, Guid.NewGuid(), $"set local role \"{owner}\"");
        Assert.Equal("authenticated", await fixture.Database.ScalarAsRestAsync<string>(RestRole.Authenticated, null, "select current_user::text"));
        Assert.Equal("authenticator", await fixture.Database.ScalarAsRestAsync<string>(RestRole.Authenticated, null, "select session_user::text"));
    }

    [Fact]
    public async Task AfterARestCall_TheConnectionIsTheOwnersAgain_AlsoIfItFailed()
    {
        var address = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync()) { MaxPoolSize = 1, NoResetOnClose = true };
        await using var database = await ProductDatabase.CreateAsync(address.ConnectionString);
        await database.ScalarAsRestAsync<int>(RestRole.Authenticated, Guid.NewGuid(), "select 1");
        await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsRestAsync(RestRole.Anonymous, null, "select 1 / 0"));

        await using var command = database.Sql.CreateCommand(
            "select concat_ws(' ', session_user, current_user, current_setting('request.jwt.claims', true), auth.uid())");
        Assert.Equal($"{address.Username} {address.Username} ", await command.ExecuteScalarAsync());
    }

    private async Task<(Pair Buddies, Guid Session)> ScheduledAsync()
    {
        var buddies = await fixture.BuddiesAsync();
        return (buddies, await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then));
    }

    private Task<int> AsUserAsync(Guid user, string sql, params object?[] parameters) =>
        fixture.Database.ExecuteAsRestAsync(RestRole.Authenticated, user, sql, parameters);

    private Task<int> AsAnonymousAsync(string sql, params object?[] parameters) =>
        fixture.Database.ExecuteAsRestAsync(RestRole.Anonymous, null, sql, parameters);

    private Task<long> CountAsync(RestRole role, Guid? user, string table) =>
        fixture.Database.ScalarAsRestAsync<long>(role, user, $"select count(*) from {table}");

    private async Task RefusedAsync(RestRole role, Guid? user, string sql, params object?[] parameters)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsRestAsync(role, user, sql, parameters));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }
}
