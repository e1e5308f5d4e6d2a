using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Reads;

/// <summary>All who ask for the database's health at the same time share one statement.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class DatabaseHealthTests(FreshFixture fixture) : IClassFixture<FreshFixture>, IAsyncLifetime
{
    private readonly StoppedClock _clock = new();
    private FaultProxy _proxy = null!;
    private DatabaseConnections _database = null!;
    private DatabaseHealth _health = null!;
    private int _statements;

    public Task InitializeAsync()
    {
        var server = new NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        _proxy = FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(server.Host!, $".s.PGSQL.{server.Port}")), Count);
        server.Host = _proxy.Address.Address.ToString();
        server.Port = _proxy.Address.Port;
        // Statements that are not prepared are sent as text each time, and can be counted.
        _database = new(new DatabaseAddress(server.ConnectionString, new() { PrepareStatements = false }));
        _health = new(_database, _clock);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Checks_AtTheSameTime_AreOneStatement()
    {
        List<Task<HealthCheckResult>> checks;
        // No check can end before all have begun: there is no other connection.
        await using (await _database.Health.OpenConnectionAsync())
            checks = [.. Enumerable.Range(0, 100).Select(_ => CheckAsync())];

        Assert.All(await Task.WhenAll(checks), static result => Assert.Equal(HealthStatus.Healthy, result.Status));
        Assert.Equal(1, _statements);

        _clock.Pass(TimeSpan.FromMilliseconds(249));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        Assert.Equal(1, _statements);

        _clock.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        Assert.Equal(2, _statements);
    }

    [Fact]
    public async Task CallerWhoLeaves_DoesNotEndTheCheckOfTheOthers()
    {
        using var leaving = new CancellationTokenSource();
        Task<HealthCheckResult> other;
        await using (await _database.Health.OpenConnectionAsync())
        {
            var first = CheckAsync(leaving.Token);
            other = CheckAsync();
            await leaving.CancelAsync();
            Assert.Equal(HealthStatus.Unhealthy, (await first).Status);
        }

        Assert.Equal(HealthStatus.Healthy, (await other).Status);
        Assert.Equal(1, _statements);
    }

    private Task<HealthCheckResult> CheckAsync(CancellationToken cancellation = default) => _health.CheckHealthAsync(new(), cancellation);

    private bool Count(string sql)
    {
        if (sql == "select 1") Interlocked.Increment(ref _statements);
        return false;
    }

    /// <summary>A clock that stands still until the test moves it, and whose waits never end.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
