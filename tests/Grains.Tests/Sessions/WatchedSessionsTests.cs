using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Grains.Tests.Cluster;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>Which sessions a silo asks the database about, round after round, on behalf of those who watch them.</summary>
public sealed class WatchedSessionsTests
{
    [Fact]
    public async Task Session_WhoseWatchIsNotRenewed_IsForgotten()
    {
        await using var rounds = await Rounds.StartAsync();
        var (abandoned, renewed) = (new SessionId(Guid.NewGuid()), new SessionId(Guid.NewGuid()));
        rounds.OnQuery = sessions =>
        {
            if (sessions.Length < 2) return;

            rounds.Clock.Advance(LiveTimes.Expiry + TimeSpan.FromSeconds(1));
            rounds.Watched.AddOrRenew(renewed, "1");
        };

        rounds.Watched.AddOrRenew(abandoned, "1");
        rounds.Watched.AddOrRenew(renewed, "1");
        // A round may have begun between the two.
        SessionId[] both;
        do both = await rounds.NextAsync();
        while (both.Length < 2);

        Assert.Equal([renewed], await rounds.NextAsync());
    }

    [Fact]
    public async Task QueryThatFails_IsRetriedInTheNextRound()
    {
        await using var rounds = await Rounds.StartAsync();
        var session = new SessionId(Guid.NewGuid());
        rounds.OnQuery = _ =>
        {
            rounds.OnQuery = static _ => { };
            throw new StorageException(StorageFailure.Unavailable, "The database could not be queried.");
        };

        rounds.Watched.AddOrRenew(session, "1");

        Assert.Equal([session], await rounds.NextAsync());
        Assert.Equal([session], await rounds.NextAsync());
    }

    /// <summary>The rounds of a silo, on a table that records what it is asked for and knows of no change.</summary>
    private sealed class Rounds : ISessionTable, IAsyncDisposable
    {
        private readonly Channel<SessionId[]> _queries = Channel.CreateUnbounded<SessionId[]>();
        private readonly OwnMeters _meters = new();

        private Rounds() => Watched = new(this, null!, Clock, _meters, NullLogger<WatchedSessions>.Instance);

        public TestClock Clock { get; } = new();

        public WatchedSessions Watched { get; }

        /// <summary>Runs during each query; may throw.</summary>
        public Action<SessionId[]> OnQuery { get; set; } = static _ => { };

        public static async Task<Rounds> StartAsync()
        {
            var rounds = new Rounds();
            await rounds.Watched.StartAsync(CancellationToken.None);
            return rounds;
        }

        /// <summary>The sessions of the next query.</summary>
        public Task<SessionId[]> NextAsync() => _queries.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);

        public Task<IReadOnlyList<SessionId>> FindChangedAsync(IReadOnlyCollection<KeyValuePair<SessionId, string>> known)
        {
            SessionId[] sessions = [.. known.Select(static one => one.Key)];
            _queries.Writer.TryWrite(sessions);
            OnQuery(sessions);
            return Task.FromResult<IReadOnlyList<SessionId>>([]);
        }

        public Task<SessionDetails?> FindAsync(SessionId session) => throw new NotSupportedException();

        public Task<ReopenResult> ReopenAsync(SessionId session, SessionState next) => throw new NotSupportedException();

        public Task<long> CountCompletionsAsync(UserId user1, UserId user2, DateTimeOffset since) => throw new NotSupportedException();

        public Task<LiveSessionDetails?> FindLiveDetailsAsync(SessionId session) => throw new NotSupportedException();

        public Task<IReadOnlyList<LoggedChange>> ReadLogAsync(SessionId session, LogSnapshot after, LogSnapshot until, int limit) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<OverdueSession>> FindOverdueAsync(DateTimeOffset since, DateTimeOffset until, OverdueSession? after, int limit) =>
            throw new NotSupportedException();

        public async ValueTask DisposeAsync()
        {
            await Watched.StopAsync(CancellationToken.None);
            Watched.Dispose();
            _meters.Dispose();
        }
    }
}
