using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Product;

/// <summary>What the old backend answers and writes, call after call.</summary>
public sealed class OldBackendTests(ProductFixture fixture) : IClassFixture<ProductFixture>, IAsyncLifetime
{
    private OldBackend _backend = null!;

    public Task InitializeAsync()
    {
        _backend = fixture.Backend();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _backend.DisposeAsync();

    [Fact]
    public async Task ConfirmCompletion_ByBoth_CompletesAndCounts()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);

        var first = await _backend.ConfirmCompletionAsync(session, buddies.User1);
        Assert.Equal("scheduled true false 0 0", await fixture.LineAsync(session));
        var second = await _backend.ConfirmCompletionAsync(session, buddies.User2);
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(session));
        var again = await _backend.ConfirmCompletionAsync(session, buddies.User1);

        Assert.Equal(
            new(200, "Completion confirmation recorded. Waiting for your buddy to confirm their completion.")
            {
                SessionStatus = "scheduled",
                BothConfirmed = false,
                ReputationUpdated = false,
            },
            first);
        Assert.Equal(
            new(200, "Session marked as completed! Both participants have confirmed completion and reputation updated.")
            {
                SessionStatus = "completed",
                BothConfirmed = true,
                ReputationUpdated = true,
            },
            second);
        Assert.Equal(
            new(200, "Session already completed") { SessionStatus = "completed", BothConfirmed = true, ReputationUpdated = true },
            again);
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task OnePersonAlone_CompletesThroughTheTwoEndpoints()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);

        var first = await _backend.ConfirmCompletionAsync(session, buddies.User1);
        var second = await _backend.ConfirmAsync(session, buddies.User1, buddies.User2);

        Assert.Equal((200, false), (first.StatusCode, first.BothConfirmed));
        Assert.Equal(
            new(200, "Session marked as completed! Both participants have confirmed each other's challenges.")
            {
                SessionStatus = "completed",
                BothConfirmed = true,
            },
            second);
        Assert.Equal("completed true true 0 0", await fixture.LineAsync(session));
        Assert.Equal(1, (await _backend.GetReputationAsync(buddies.User1)).Score);
        Assert.Equal(1, (await _backend.GetReputationAsync(buddies.User2)).Score);
    }

    [Fact]
    public async Task OlderConfirm_SetsTheOtherColumn_AndLeavesTheCountersAlone()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);

        var first = await _backend.ConfirmAsync(session, buddies.User1, buddies.User2);
        Assert.Equal("scheduled false true 0 0", await fixture.LineAsync(session));
        await _backend.ConfirmAsync(session, buddies.User2, buddies.User1);

        Assert.Equal("Confirmation recorded. Waiting for your buddy to confirm your completion.", first.Message);
        Assert.Equal("completed true true 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task OlderConfirm_OfBadRequests_RefusesInItsOrder()
    {
        var buddies = await fixture.BuddiesAsync();
        var upcoming = await buddies.InsertSessionAsync(fixture.Database, new DateTimeOffset(2999, 1, 2, 3, 4, 0, TimeSpan.Zero));

        Assert.Equal(new(404, "Session not found"), await _backend.ConfirmAsync(Guid.NewGuid(), buddies.User1, buddies.User2));
        Assert.Equal(
            new(403, "Access denied - user is not a participant in this session"), await _backend.ConfirmAsync(upcoming, Guid.NewGuid(), buddies.User2));
        Assert.Equal(
            new(400, "Invalid buddy user ID - must be the other session participant"), await _backend.ConfirmAsync(upcoming, buddies.User1, Guid.NewGuid()));
        Assert.Equal(
            new(400, "Cannot confirm your own completion - only your buddy can confirm you"),
            await _backend.ConfirmAsync(upcoming, buddies.User1, buddies.User1));
        Assert.Equal(
            new(400, "Cannot confirm completion before scheduled time (2999-01-02 03:04 UTC)"),
            await _backend.ConfirmAsync(upcoming, buddies.User1, buddies.User2));
        Assert.Equal("scheduled false false 0 0", await fixture.LineAsync(upcoming));
    }

    [Fact]
    public async Task ConfirmCompletion_BeforeTheTime_IsTaken()
    {
        var buddies = await fixture.BuddiesAsync();
        var upcoming = await buddies.InsertSessionAsync(fixture.Database, new DateTimeOffset(2999, 1, 2, 3, 4, 0, TimeSpan.Zero), user1Flag: true);

        Assert.True((await _backend.ConfirmCompletionAsync(upcoming, buddies.User2)).Succeeded);
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(upcoming));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("no_show")]
    public async Task ConfirmCompletion_OfASessionThatIsOver_CompletesIt(string status)
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, status, user2Flag: true);

        Assert.Equal("completed", (await _backend.ConfirmCompletionAsync(session, buddies.User1)).SessionStatus);
        Assert.Equal("completed true true 1 1", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task ConfirmCompletion_OfNulls_FailsAfterItsWrite()
    {
        var buddies = await fixture.BuddiesAsync();
        var noStatus = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, status: null);
        var noFlag = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: false, user2Flag: null);

        var ofNoStatus = await _backend.ConfirmCompletionAsync(noStatus, buddies.User1);
        var ofNoFlag = await _backend.ConfirmCompletionAsync(noFlag, buddies.User1);

        Assert.Equal((500, "Failed to process session completion confirmation"), (ofNoStatus.StatusCode, ofNoStatus.Message));
        Assert.Equal((500, "Failed to process session completion confirmation"), (ofNoFlag.StatusCode, ofNoFlag.Message));
        Assert.Equal("null true false 0 0", await fixture.LineAsync(noStatus));
        Assert.Equal("scheduled true null 0 0", await fixture.LineAsync(noFlag));
    }

    [Fact]
    public async Task ConfirmCompletion_WithANullCounter_CompletesWithoutCounting()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, user1Flag: true);
        await fixture.ExecuteAsync("update wingman_matches set user2_reputation = null where id = $1", buddies.Match);

        var answer = await _backend.ConfirmCompletionAsync(session, buddies.User2);

        Assert.Equal("Session marked as completed! Both participants have confirmed completion.", answer.Message);
        Assert.False(answer.ReputationUpdated);
        Assert.Equal("completed true true 0 null", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task OlderConfirm_WithoutATime_Fails()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, scheduledAt: null);

        var answer = await _backend.ConfirmAsync(session, buddies.User1, buddies.User2);

        Assert.Equal((500, "Failed to process completion confirmation"), (answer.StatusCode, answer.Message));
        Assert.Equal("scheduled false false 0 0", await fixture.LineAsync(session));
    }

    [Fact]
    public async Task Create_RefusesInItsOrder_AndThenInserts()
    {
        var buddies = await fixture.BuddiesAsync("pending");
        var challenges = new[] { await ChallengeAsync(), await ChallengeAsync() };
        var (past, future) = (ProductFixture.Then, new DateTimeOffset(2999, 1, 2, 3, 4, 0, TimeSpan.FromHours(2)));
        Task<OldAnswer> CreateAsync(Guid match, DateTimeOffset time, Guid challenge) =>
            _backend.CreateSessionAsync(match, "the café", time, challenges[0], challenge);

        Assert.Equal(new(404, "Match not found"), await CreateAsync(Guid.NewGuid(), future, challenges[1]));
        Assert.Equal(
            new(400, "Match status must be 'accepted' to schedule sessions (current: pending)"), await CreateAsync(buddies.Match, future, challenges[1]));
        await _backend.RespondToMatchAsync(buddies.Match, buddies.User2, accept: true);
        Assert.Equal(
            new(400, "One or both challenge IDs are invalid - challenges must exist"), await CreateAsync(buddies.Match, future, challenges[0]));
        Assert.Equal(new(400, "Scheduled time must be in the future"), await CreateAsync(buddies.Match, past, challenges[1]));
        var created = await CreateAsync(buddies.Match, future, challenges[1]);
        Assert.Equal(
            new(409, "This match already has an active session (scheduled or in progress)"), await CreateAsync(buddies.Match, past, challenges[1]));

        Assert.Equal((200, "Session scheduled successfully at the café"), (created.StatusCode, created.Message));
        Assert.Equal(future, await fixture.ScalarAsync<DateTime>("select scheduled_time from wingman_sessions where id = $1", created.SessionId!.Value));
    }

    [Fact]
    public async Task Notes_AreTrimmedAndLimited()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then);

        Assert.Equal(new(200, "Session notes updated successfully"), await _backend.UpdateNotesAsync(session, buddies.User2, "  at the door "));
        Assert.Equal(400, (await _backend.UpdateNotesAsync(session, buddies.User2, new string('n', 2001))).StatusCode);
        Assert.Equal(403, (await _backend.UpdateNotesAsync(session, Guid.NewGuid(), "forged")).StatusCode);
        Assert.Equal("at the door", await fixture.ScalarAsync<string>("select notes from wingman_sessions where id = $1", session));
    }

    [Fact]
    public async Task Reputation_CountsTheOwnFlag_AndCancelledAgainstBoth()
    {
        var buddies = await fixture.BuddiesAsync();
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "completed", true, true);
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "completed", true, null);
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "scheduled", true, true);
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "no_show", true, false);
        await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "cancelled", true, true);

        var (one, two) = (await _backend.GetReputationAsync(buddies.User1), await _backend.GetReputationAsync(buddies.User2));

        Assert.Equal((new OldReputation(2, 2), 0, "green"), (one, one.Score, one.BadgeColor));
        Assert.Equal((new OldReputation(1, 2), -1, "red"), (two, two.Score, two.BadgeColor));
        Assert.Equal(new OldReputation(0, 0), await _backend.GetReputationAsync(Guid.NewGuid()));
        Assert.Equal((20, "gold"), (new OldReputation(30, 1).Score, new OldReputation(30, 1).BadgeColor));
        Assert.Equal(-5, new OldReputation(1, 30).Score);
    }

    [Fact]
    public async Task OtherWritersOfTheProduct_ChangeRowsAsTheyLike()
    {
        var buddies = await fixture.BuddiesAsync();
        var session = await buddies.InsertSessionAsync(fixture.Database, ProductFixture.Then, "completed", true, true);

        Assert.True(await _backend.SetSessionStatusAsync(session, "cancelled"));
        Assert.True(await _backend.RescheduleAsync(session, null));
        Assert.True(await _backend.SetMatchStatusAsync(buddies.Match, null));
        Assert.Equal("cancelled true true 0 0", await fixture.LineAsync(session));
        Assert.True(await _backend.DeleteSessionAsync(session));
        Assert.False(await _backend.DeleteSessionAsync(session));
    }

    [Fact]
    public async Task ARefusedWrite_AnswersTheEndpointsFailureAndItsCause()
    {
        var buddies = await fixture.BuddiesAsync();

        // The endpoint's own validation of lengths is not modelled, so the column's limit refuses the text.
        var answer = await _backend.CreateSessionAsync(
            buddies.Match, new string('v', 201), new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero), await ChallengeAsync(), await ChallengeAsync());

        Assert.Equal((500, "Failed to create session"), (answer.StatusCode, answer.Message));
        Assert.NotNull(answer.Cause);
    }

    private Task<Guid> ChallengeAsync() =>
        fixture.ScalarAsync<Guid>("insert into approach_challenges (difficulty, title) values ('beginner', 'Smile') returning id");
}
