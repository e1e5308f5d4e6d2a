using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wingman.Grains.Tests.Sweeping;
using Wingman.Sessions;
using Wingman.Testing;

namespace Wingman.Grains.Tests.Sessions;

/// <summary>Which completions a silo measures, round after round.</summary>
public sealed class CompletionTimesTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Round_MeasuresABoundedNumber_AndForgetsTheOthers()
    {
        await using var rounds = new Rounds();
        var added = Enumerable.Range(0, CompletionTimes.PerRound + 10).Select(_ => rounds.Add()).ToArray();
        await rounds.StartAsync();

        Assert.Equal(added[..CompletionTimes.PerRound], await rounds.NextAsync());

        var later = rounds.Add();
        Assert.Equal([later], await rounds.NextAsync());
    }

    [Fact]
    public async Task QueriesThatFail_AreNotRepeated_AndLoggedOncePerOutage()
    {
        await using var rounds = new Rounds();
        using var metrics = new MetricsReader("Wingman");
        await rounds.StartAsync();

        foreach (var isOutage in new[] { true, true, false, true, true, false })
        {
            rounds.IsOutage = isOutage;
            var added = rounds.Add();
            Assert.Equal([added], await rounds.NextAsync());
        }

        Assert.Equal(2, await rounds.StopAndCountWarningsAsync());
        Assert.Equal([60, 60], metrics.Recorded("wingman.session.time_to_completion"));
    }

    /// <summary>The rounds of a silo, on a log in which each session took a minute.</summary>
    private sealed class Rounds : ICompletionLog, ILogger<CompletionTimes>, IAsyncDisposable
    {
        private readonly Channel<SessionId[]> _queries = Channel.CreateUnbounded<SessionId[]>();
        private readonly OwnMeters _meters = new();
        private readonly CompletionTimes _times;
        private int _warnings;

        public Rounds() => _times = new(this, new(_meters), this);

        /// <summary>Whether queries fail.</summary>
        public bool IsOutage { get; set; }

        public Task StartAsync() => _times.StartAsync(CancellationToken.None);

        public SessionId Add()
        {
            var session = new SessionId(Guid.NewGuid());
            _times.Add(session, new(0, 1), At);
            return session;
        }

        /// <summary>The sessions of the next query.</summary>
        public Task<SessionId[]> NextAsync() => _queries.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);

        /// <summary>Stops when the round that runs has ended.</summary>
        public async Task<int> StopAndCountWarningsAsync()
        {
            await _times.StopAsync(CancellationToken.None);
            return _warnings;
        }

        public Task<IReadOnlyList<TimeSpan>> FindTimesAsync(IReadOnlyCollection<Completion> completions)
        {
            var isOutage = IsOutage;
            _queries.Writer.TryWrite([.. completions.Select(static one => one.Session)]);
            if (isOutage) throw new StorageException(StorageFailure.Unavailable, "The database could not be queried.");

            return Task.FromResult<IReadOnlyList<TimeSpan>>([.. completions.Select(static _ => TimeSpan.FromMinutes(1))]);
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) _warnings++;
        }

        public async ValueTask DisposeAsync()
        {
            await _times.StopAsync(CancellationToken.None);
            _times.Dispose();
            _meters.Dispose();
        }
    }
}
