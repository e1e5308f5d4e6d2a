using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>The old backend's races, each forced: one call is held before a statement while another one runs.</summary>
public sealed class OldBackendRaceTests(ProductFixture fixture) : IClassFixture<ProductFixture>
{
    [Fact]
    public async Task TwoSessionsOfAMatchCompletedAtOnce_LoseACredit()
    {
        var buddies = await fixture.BuddiesAsync();
        var one = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);
        var other = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);

        var (held, free) = await InterleaveAsync(
            OldStep.WriteCounters,
            backend => backend.ConfirmCompletionAsync(one, buddies.User2),
            backend => backend.ConfirmCompletionAsync(other, buddies.User2));

        Assert.Equal((true, true), (held.ReputationUpdated, free.ReputationUpdated));
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(one));
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(other));
    }

    [Fact]
    public async Task ARepeatedCallBesideTheBuddys_CountsTwice()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);

        var (repeated, completing) = await InterleaveAsync(
            OldStep.WriteFlag,
            backend => backend.ConfirmCompletionAsync(session, buddies.User1),
            backend => backend.ConfirmCompletionAsync(session, buddies.User2));

        Assert.Equal((true, true), (repeated.ReputationUpdated, completing.ReputationUpdated));
        Assert.Equal("completed true true 2 2", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task ACancellationBetweenReadAndWrite_IsUndone()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);

        var (confirmed, cancelled) = await InterleaveAsync(
            OldStep.WriteCompletion,
            backend => backend.ConfirmCompletionAsync(session, buddies.User2),
            backend => backend.SetSessionStatusAsync(session, "cancelled"));

        Assert.True(cancelled);
        Assert.Equal(200, confirmed.StatusCode);
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task TwoSessionsCreatedAtOnce_AreBothActive()
    {
        var buddies = await fixture.BuddiesAsync();
        var challenges = await ChallengesAsync();
        Task<OldAnswer> CreateAsync(OldBackend backend) => backend.CreateSessionAsync(
            buddies.Match, "the café", new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero), challenges[0], challenges[1]);

        var (held, free) = await InterleaveAsync(OldStep.InsertSession, CreateAsync, CreateAsync);

        Assert.Equal((200, 200), (held.StatusCode, free.StatusCode));
        Assert.Equal(2L, await fixture.ScalarAsync<long>("select count(*) from wingman_sessions where match_id = $1 and status = 'scheduled'", buddies.Match));
    }

    [Fact]
    public async Task ACrashAfterTheCompletion_CreditsNobodyForEver()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);
        await using var crashing = new OldBackend(
            fixture.Database.ConnectionString,
            beforeStatement: static step =>
                step == OldStep.ReadCounters ? throw new InvalidOperationException("The process is gone.") : Task.CompletedTask);
        await using var restarted = fixture.Backend();

        await Assert.ThrowsAsync<InvalidOperationException>(() => crashing.ConfirmCompletionAsync(session, buddies.User2));
        var repeated = await restarted.ConfirmCompletionAsync(session, buddies.User2);

        Assert.True(repeated.ReputationUpdated);
        Assert.Equal("completed true true 0 0", await fixture.LineAsync(session));
    }

    /// <summary>Runs the first call up to the step, then the second from beginning to end, then the rest of the first.</summary>
    private async Task<(T1 Held, T2 Free)> InterleaveAsync<T1, T2>(
        OldStep step, Func<OldBackend, Task<T1>> first, Func<OldBackend, Task<T2>> second)
    {
        var hold = new HeldStep(step);
        await using var slow = fixture.Backend(hold);
        await using var quick = fixture.Backend();
        var held = first(slow);
        await hold.ReachedAsync();
        var free = await second(quick);
        hold.Release();
        return (await held, free);
    }

    private async Task<Guid[]> ChallengesAsync() => (await fixture.ScalarAsync<Guid[]>(
        """
        with added as (insert into approach_challenges (difficulty, title) values ('beginner', 'Smile'), ('advanced', 'Sing') returning id)
        select array_agg(id) from added
        """))!;
}
