using System.Diagnostics.CodeAnalysis;
using System.Net;
using Npgsql;
using Wingman.Chaos;
using Wingman.Chaos.Checking;
using Wingman.Chaos.Cluster;
using Wingman.Chaos.Load;
using Wingman.Sessions;
using Wingman.Testing;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>All checkers together, as in a run, check a real database in which each kind of violation is planted in turn.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class InspectorTests : IAsyncLifetime
{
    private readonly Violations _violations = new(static _ => { });
    private readonly HistoryBook _histories;
    private readonly SharedSessions _shared = new();
    private readonly Pair _pair = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
    private readonly Guid _session = Guid.NewGuid();
    private ChaosDatabase _database = null!;
    private Inspector _inspector = null!;

    public InspectorTests() => _histories = new HistoryBook(_violations, new WallClock(TimeProvider.System));

    public async Task InitializeAsync()
    {
        _database = new ChaosDatabase(new PlainServer(await TestPostgres.CreateDatabaseAsync()));
        _inspector = new Inspector(_database, _histories, _shared, _violations, sweeperTime: TimeSpan.Zero);
        await ExecuteAsync($"insert into public.wingman_matches (id, user1_id, user2_id, status) values ('{_pair.Match}', '{_pair.User1}', '{_pair.User2}', 'accepted')");
        await InsertAsync(_session, "now() + interval '7 days'");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task NothingPlanted_NothingFound()
    {
        _histories.Begin(History());

        var seen = await _inspector.FinishAsync(CancellationToken.None);

        Assert.Empty(_violations.All);
        Assert.Equal(_session, Assert.Single(seen.Sessions).Id);
    }

    [Fact]
    public async Task LostAcknowledgement_IsFound()
    {
        var history = History();
        history.Add(new SessionOperation(OperationKind.Confirm, Participant.User1, 0, 1, new ConfirmAnswer(ConfirmOutcome.WaitingForBuddy)));
        _histories.Begin(history);

        await FindsAsync("I1");
    }

    [Fact]
    public async Task StateThatNoHistoryAllows_IsFound()
    {
        var history = History();
        _histories.Begin(history);
        _histories.Close(history);
        await ExecuteAsync("update public.wingman_sessions set user1_completed_confirmed_by_user2 = true");

        await FindsAsync("I1");
    }

    [Fact]
    public async Task CompletionWithoutItsLine_IsFound()
    {
        await CompleteAsync();

        await FindsAsync("I4");
    }

    [Fact]
    public async Task FinishedSession_ThatChangesBetweenTwoLooks_IsFound()
    {
        await CompleteAsync();
        await _inspector.FinishAsync(CancellationToken.None);
        Assert.DoesNotContain(_violations.All, static violation => violation.What.Contains("had ended as", StringComparison.Ordinal));

        await ExecuteAsync("update public.wingman_sessions set completed_at = completed_at + interval '1 second'");

        await FindsAsync("I2", "had ended as");
    }

    [Fact]
    public async Task SharedSession_WithALostFlag_IsFound()
    {
        _shared.Begin(_session, _pair).Acknowledge(Participant.User2);

        await FindsAsync("I5");
    }

    [Fact]
    public async Task DueSession_ThatNobodyExpires_IsFound()
    {
        await ExecuteAsync("update public.wingman_sessions set status = 'cancelled'");
        await InsertAsync(Guid.NewGuid(), "now() - interval '2 days'");

        await FindsAsync("sweeper");
    }

    [Fact]
    public void TwoTimesOfCompletion_ShownToClients_AreFound()
    {
        var history = History();
        var at = new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
        history.SawCompletedAt(at);
        history.SawCompletedAt(at.AddTicks(10));

        _histories.Close(history);

        Assert.Equal("I2", Assert.Single(_violations.All).Rule);
    }

    private async Task FindsAsync(string rule, string text = "")
    {
        await _inspector.FinishAsync(CancellationToken.None);

        Assert.Contains(_violations.All, violation => violation.Rule == rule && violation.What.Contains(text, StringComparison.Ordinal));
    }

    private SessionHistory History() => new(_session, _pair, ModelState.New, RunClock.Now, DateTimeOffset.MaxValue);

    private Task CompleteAsync() => ExecuteAsync(
        "update public.wingman_sessions set status = 'completed', user1_completed_confirmed_by_user2 = true, user2_completed_confirmed_by_user1 = true, completed_at = now()");

    private Task InsertAsync(Guid session, string at) => ExecuteAsync(
        $"insert into public.wingman_sessions (id, match_id, venue_name, scheduled_time, status) values ('{session}', '{_pair.Match}', 'Planted', {at}, 'scheduled')");

    private async Task ExecuteAsync(string sql) => await _database.Direct.ExecuteAsync(sql);

    private sealed class PlainServer(string connectionString) : IChaosServer
    {
        public string ConnectionString => connectionString;

        public IReadOnlyList<EndPoint> Addresses => [];

        public Task CrashAsync(TimeSpan downFor, Action starting, Action serving, CancellationToken cancellation) => throw new NotSupportedException();

        public Task MakeCommitsLosableAsync(NpgsqlConnection connection, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
