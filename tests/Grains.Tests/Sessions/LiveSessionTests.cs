using System.Threading.Channels;
using Wingman.Grains.Tests.Cluster;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>What a host that watches a session is notified of, and what it reads then.</summary>
[Collection(ClusterCollection.Name)]
public sealed class LiveSessionTests(ClusterFixture fixture)
{
    private WingmanCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Watch_OfAnUnknownSession_FindsNone_AndKeepsNothing()
    {
        var nobody = Meeting.New();
        using var host = new Host(Cluster);

        Assert.Null(await Cluster.Live(nobody).WatchAsync(host.Reference));

        Assert.Null(await Cluster.Live(nobody).GetDetailsAsync());
        await Eventually.IsTrueAsync("the activation is gone", _ => Task.FromResult(!Cluster.IsActive(Cluster.Live(nobody))));
    }

    [Fact]
    public async Task Watch_TellsOfEveryChange_AndItsVersionIsThatOfTheNews()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync(startsIn: TimeSpan.FromDays(-2));
        using var host = new Host(Cluster);
        var live = Cluster.Live(meeting);
        var version = await live.WatchAsync(host.Reference);

        await ChangesAsync(() => Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1), SessionStatus.Scheduled);
        await ChangesAsync(() => Cluster.Session(meeting).UpdateNotesAsync(meeting.User1, "Late."), SessionStatus.Scheduled);
        var terms = new NoShowTerms(TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch, [], DateTimeOffset.MaxValue);
        await ChangesAsync(() => Cluster.Session(meeting).ExpireAsync(terms), SessionStatus.NoShow);

        async Task ChangesAsync(Func<Task> change, SessionStatus status)
        {
            await change();
            Assert.Equal(meeting.Session, await host.NextAsync());
            var before = version;
            version = await live.WatchAsync(host.Reference);
            var details = await live.GetDetailsAsync();
            Assert.NotEqual(before, version);
            Assert.Equal((version, status), (details!.Version, details.Session.Snapshot.Status));
        }
    }

    [Fact]
    public async Task Watch_WhenSomeoneElseChangesTheRow_TellsOfIt_AndTheLogHasItOnce()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        using var host = new Host(Cluster);
        await Cluster.Live(meeting).WatchAsync(host.Reference);

        await Cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled'");

        Assert.Equal(meeting.Session, await host.NextAsync());
        Assert.Equal(SessionStatus.Cancelled, (await Cluster.Live(meeting).GetDetailsAsync())!.Session.Snapshot.Status);
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        var lines = await Eventually.BecomesAsync("the log has it", _ => Cluster.Tables.LogAsync(meeting.Session), static lines => lines.Length > 0);
        Assert.Equal("observed", Assert.Single(lines).Kind);
    }

    [Fact]
    public async Task Unwatch_EndsTheSubscription_OfThatHostOnly()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        using var leaving = new Host(Cluster);
        using var staying = new Host(Cluster);
        await Cluster.Live(meeting).WatchAsync(leaving.Reference);
        await Cluster.Live(meeting).WatchAsync(staying.Reference);
        await Cluster.Live(meeting).UnwatchAsync(leaving.Reference);

        await Cluster.Session(meeting).CancelAsync(meeting.User1);

        await staying.NextAsync();
        Assert.Equal(0, leaving.Waiting);
    }

    [Theory]
    [InlineData("status = 'completed', completed_at = now()", 2, 0)]
    [InlineData("status = 'no_show'", 1, 1)]
    public async Task GetNews_OfAnEndBySomeoneElse_MakesBothReputationsCountAnew(string end, long completed, long noShows)
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        foreach (var user in new[] { meeting.User1, meeting.User2 })
        {
            // A user without credits keeps no activation, and so no count that could be too old.
            await Cluster.Tables.AddMeetingAsync("completed", true, true, meeting: Meeting.New() with { User1 = user });
            Assert.Equal((1, 0), await Cluster.CountsAsync(user));
        }

        await Cluster.Tables.SetAsync(meeting.Session, end);

        await Cluster.Live(meeting).GetDetailsAsync();

        Assert.Equal((completed, noShows), await Cluster.CountsAsync(meeting.User1));
        Assert.Equal((completed, noShows), await Cluster.CountsAsync(meeting.User2));
    }

    [Fact]
    public async Task GetLogged_BetweenTwoReadings_HasWhatCommittedBetweenThem_EvenIfItsTransactionIsOlder()
    {
        var meeting = await Cluster.Tables.AddMeetingAsync();
        var live = Cluster.Live(meeting);
        await using var connection = await Cluster.Database.OtherWriter.OpenConnectionAsync();
        await using var older = await connection.BeginTransactionAsync();
        await using var line = connection.CreateCommand();
        line.CommandText = "insert into wingman.events (session_id, kind, at, host) values ($1, 'observed', now(), 'elsewhere')";
        line.Parameters.AddWithValue(meeting.Session.Value);
        await line.ExecuteNonQueryAsync();
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User1);
        var first = await PositionAsync();
        await older.CommitAsync();
        await Cluster.Session(meeting).ConfirmCompletionAsync(meeting.User2);
        var second = await PositionAsync();
        await Cluster.Session(meeting).UpdateNotesAsync(meeting.User1, "Later than both.");

        Assert.Equal(["observed", "completed"], await KindsAsync(first, second, 100));
        Assert.Equal(["completed"], await KindsAsync(first, second, 1));
        Assert.Empty(await KindsAsync(second, second, 100));

        async Task<LogSnapshot> PositionAsync() => (await live.GetDetailsAsync())!.Position;

        async Task<string[]> KindsAsync(LogSnapshot after, LogSnapshot until, int limit) =>
            [.. (await live.GetLoggedAsync(after, until, limit)).Select(static line => line.Kind)];
    }

    [Theory]
    [InlineData("1:1:", true)]
    [InlineData("700:712:701,701,711", true)]
    [InlineData("700:712:701,712", false)]
    [InlineData("700:712:699", false)]
    [InlineData("700:712:711,701", false)]
    [InlineData("712:700:", false)]
    [InlineData("0:1:", false)]
    [InlineData("700:712", false)]
    [InlineData("700:712:,", false)]
    [InlineData(" 700:712:", false)]
    [InlineData("700:99999999999999999999:", false)]
    [InlineData("", false)]
    public async Task Position_IsReadIfAndOnlyIfTheDatabaseTakesIt(string text, bool isOne)
    {
        Assert.Equal(isOne, LogSnapshot.TryParse(text, null, out var position));
        if (!isOne) return;

        await using var command = Cluster.Database.OtherWriter.CreateCommand("select $1::text::pg_snapshot::text is not null");
        command.Parameters.AddWithValue(position.ToString());
        Assert.Equal(true, await command.ExecuteScalarAsync());
    }

    /// <summary>A host that watches.</summary>
    private sealed class Host : ISessionObserver, IDisposable
    {
        private readonly Channel<SessionId> _told = Channel.CreateUnbounded<SessionId>();

        public Host(WingmanCluster cluster) => Reference = cluster.ReferenceTo(this);

        public ISessionObserver Reference { get; }

        public int Waiting => _told.Reader.Count;

        public Task ChangedAsync(SessionId session)
        {
            _told.Writer.TryWrite(session);
            return Task.CompletedTask;
        }

        public Task<SessionId> NextAsync() => _told.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);

        // The cluster has only a weak reference to it, so this keeps it alive until here.
        public void Dispose() => GC.KeepAlive(this);
    }
}
