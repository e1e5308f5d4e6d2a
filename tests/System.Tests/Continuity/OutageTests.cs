using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;
using Xunit.Abstractions;

namespace Wingman.SystemTests.Continuity;

/// <summary>Postgres is unavailable for a while, under load: what users are answered meanwhile, and how soon all are served again.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed partial class OutageTests(ITestOutputHelper output)
{
    private const int SessionsPerActor = 500;

    /// <summary>The deadline of a request is 4 s; the rest is for a busy machine.</summary>
    private static readonly TimeSpan LatestAnswer = TimeSpan.FromSeconds(15);

    /// <summary>Until the hosts have detected that the database is unavailable, each request waits for it.</summary>
    private static readonly TimeSpan UntilKnown = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Of both hosts together. Collections and code that runs for the first time change it by tens of megabytes. Each actor has one request in
    /// progress, so this does not show what many waiting requests take. It shows that refusals leave nothing behind that is large: a long outage
    /// has about 15,000 of them, of which each may keep less than 10 KB.
    /// </summary>
    private const double MostGrowthInMegabytes = 150;

    private static readonly string? LongOutage = Environment.GetEnvironmentVariable("WINGMAN_OUTAGE_SECONDS");

    private static readonly int Actors = LongOutage is null ? 16 : 64;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(int.Parse(LongOutage ?? "8", CultureInfo.InvariantCulture));

    /// <summary>How long it may take until all are served again. A long outage is for a machine that does nothing else at the same time.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(LongOutage is null ? 30 : 10);

    private readonly ConcurrentQueue<Answer> _answers = [];

    [Fact]
    public async Task DatabaseAway_UnderLoad_IsAnswered503_AndServedAgainWhenItIsBack()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway(), NullLogger.Instance, CancellationToken.None);
        await using var cluster = new TestCluster(postgres.GetConnectionString());
        ServiceProcess[] hosts = [cluster.AddCohosted("host-1"), cluster.AddCohosted("host-2")];
        await cluster.StartAllAsync();
        var sessions = await InsertSessionsAsync(cluster.ConnectionString);

        using var stop = new CancellationTokenSource();
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { Timeout = TimeSpan.FromMinutes(1) };
        var load = Task.WhenAll(Enumerable.Range(0, Actors).Select(actor => ConfirmAllAsync(
            http, hosts[actor % hosts.Length], cluster.Tokens, sessions[(actor * SessionsPerActor)..((actor + 1) * SessionsPerActor)], stop.Token)));
        long stoppedAt, startedAt;
        double before, during;
        try
        {
            await SeenAsync("requests are served", static answer => answer.Status == HttpStatusCode.OK, 10 * Actors);
            before = await MegabytesAsync(http, hosts);

            await postgres.StopAsync(immediate: true);
            stoppedAt = Stopwatch.GetTimestamp();
            foreach (var host in hosts)
                await Eventually.BecomesAsync($"{host.Name} is not ready", checking => host.HealthAsync("ready", checking), static status => status == HttpStatusCode.ServiceUnavailable);
            during = before;
            while (Stopwatch.GetElapsedTime(stoppedAt) < Outage)
            {
                during = Math.Max(during, await MegabytesAsync(http, hosts));
                foreach (var host in hosts)
                {
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, await host.HealthAsync("ready"));
                    Assert.Equal(HttpStatusCode.OK, await host.HealthAsync("live"));
                }

                await Task.Delay(TimeSpan.FromSeconds(1));
            }

            startedAt = Stopwatch.GetTimestamp();
            await postgres.StartAgainAsync();
            await Task.WhenAll(hosts.Select(static host => host.WaitUntilReadyAsync()));
            var ready = Stopwatch.GetElapsedTime(startedAt);
            await SeenAsync("requests are served again", answer => answer.Status == HttpStatusCode.OK && answer.SentAt >= startedAt, 10 * Actors);
            output.WriteLine($"ready {ready.TotalSeconds:0.0} s after the database was started");
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }

        Report(stoppedAt, startedAt, before, during);
        Assert.All(hosts, static host => Assert.Equal(1, host.Lives));
        Assert.All(_answers, static answer => Assert.True(answer.Status == HttpStatusCode.OK || answer is { Status: HttpStatusCode.ServiceUnavailable, HasRetryAfter: true }, $"{answer}"));
        Assert.All(_answers, static answer => Assert.True(answer.Took < LatestAnswer, $"{answer}"));
        Assert.Contains(_answers, static answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        Assert.True(FirstServedOfAll(startedAt) < Recovery, "a user was served too late");
        // Elsewhere other tests use the same processors, and no test may depend on the speed that is left: there only LatestAnswer limits a refusal.
        if (LongOutage is not null) Assert.True(Refusals(stoppedAt, startedAt)[^1] < 1000, "a user was refused too late, long after the hosts had detected the outage");
        Assert.True(during - before < MostGrowthInMegabytes, $"from {before:0} to {during:0} MB");
        await cluster.AssertInvariantsAsync();
    }

    private void Report(long stoppedAt, long startedAt, double before, double during)
    {
        var refusals = _answers.Where(answer => answer.Status == HttpStatusCode.ServiceUnavailable).ToList();
        var fast = Refusals(stoppedAt, startedAt);
        output.WriteLine($"{_answers.Count} answers, {refusals.Count} of them 503, the latest after {refusals.Max(static answer => answer.Took).TotalSeconds:0.0} s");
        if (fast.Count > 0)
            output.WriteLine($"after the first {UntilKnown.TotalSeconds} s of {Outage.TotalSeconds}: {fast.Count} answers 503, median {fast[fast.Count / 2]:0} ms, p99 {fast[(int)(0.99 * fast.Count)]:0} ms");
        output.WriteLine($"all served again {FirstServedOfAll(startedAt).TotalSeconds:0.0} s after the database was started; memory of both hosts {before:0} MB before, at most {during:0} MB during");
    }

    /// <summary>How long each refusal took that was sent after the hosts had detected the outage, in milliseconds, sorted.</summary>
    private List<double> Refusals(long stoppedAt, long startedAt)
    {
        var known = stoppedAt + (long)(UntilKnown.TotalSeconds * Stopwatch.Frequency);
        return [.. _answers.Where(answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.SentAt >= known && answer.SentAt < startedAt)
            .Select(static answer => answer.Took.TotalMilliseconds).Order()];
    }

    /// <summary>The time from a moment until each actor has got a 200 to a call that it sent after that moment.</summary>
    private TimeSpan FirstServedOfAll(long from) => _answers.Where(answer => answer.Status == HttpStatusCode.OK && answer.SentAt >= from)
        .GroupBy(static answer => answer.Actor)
        .Select(its => its.Min(answer => Stopwatch.GetElapsedTime(from, answer.SentAt) + answer.Took))
        .Max();

    private Task<int> SeenAsync(string what, Func<Answer, bool> isSuch, int least) =>
        Eventually.BecomesAsync(what, _ => Task.FromResult(_answers.Where(isSuch).GroupBy(static answer => answer.Actor).Count() == Actors ? _answers.Count(isSuch) : 0), count => count >= least);

    /// <summary>Completes one session after the other; a call that is answered 503 is retried.</summary>
    private async Task ConfirmAllAsync(HttpClient http, ServiceProcess host, TestTokens tokens, TestSession[] sessions, CancellationToken stop)
    {
        var actor = sessions[0].Pair.User1;
        foreach (var session in sessions)
        {
            (HttpMethod Method, string Path, Guid User, object? Body)[] calls =
            [
                (HttpMethod.Post, "/api/session/confirm-completion", session.Pair.User1, new { session_id = session.Id }),
                (HttpMethod.Get, $"/api/session/{session.Id}", session.Pair.User2, null),
                (HttpMethod.Post, "/api/session/confirm-completion", session.Pair.User2, new { session_id = session.Id }),
                (HttpMethod.Get, $"/api/user/reputation/{session.Pair.User2}", session.Pair.User2, null),
            ];
            foreach (var (method, path, user, body) in calls)
            {
                var token = tokens.ForUser(user);
                while (!stop.IsCancellationRequested && await StatusOfAsync(method, path, token, body) != HttpStatusCode.OK)
                    await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stop.IsCancellationRequested) return;
            }
        }

        async Task<HttpStatusCode> StatusOfAsync(HttpMethod method, string path, string token, object? body)
        {
            using var request = new HttpRequestMessage(method, new Uri(host.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var sentAt = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request, CancellationToken.None);
            _answers.Enqueue(new(actor, path, response.StatusCode, response.Headers.RetryAfter is not null, sentAt, Stopwatch.GetElapsedTime(sentAt)));
            return response.StatusCode;
        }
    }

    private static async Task<TestSession[]> InsertSessionsAsync(string connectionString)
    {
        TestSession[] sessions = [.. Enumerable.Range(0, Actors * SessionsPerActor).Select(static _ => new TestSession(Guid.NewGuid(), new Pair(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid())))];
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var insert = database.CreateCommand(
            """
            with m as (
              insert into public.wingman_matches (id, user1_id, user2_id, status) select id, user1, user2, 'accepted' from unnest($1, $2, $3) as s (id, user1, user2))
            insert into public.wingman_sessions (id, match_id, venue_name, scheduled_time, status)
            select id, match, 'Outage', now() + interval '7 days', 'scheduled' from unnest($4, $1) as s (id, match)
            """);
        foreach (var ids in new[]
        {
            sessions.Select(static session => session.Pair.Match), sessions.Select(static session => session.Pair.User1), sessions.Select(static session => session.Pair.User2),
            sessions.Select(static session => session.Id),
        })
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = ids.ToArray() });
        }

        await insert.ExecuteNonQueryAsync();
        return sessions;
    }

    /// <summary>The working sets of the hosts, from their own metrics.</summary>
    private static async Task<double> MegabytesAsync(HttpClient http, IReadOnlyList<ServiceProcess> hosts)
    {
        var sum = 0.0;
        foreach (var host in hosts)
        {
            var metrics = await http.GetStringAsync(new Uri(host.Operations, "/metrics"));
            sum += double.Parse(WorkingSet().Match(metrics).Groups[1].Value, CultureInfo.InvariantCulture) / 1e6;
        }

        return sum;
    }

    [GeneratedRegex(@"^dotnet_process_memory_working_set_bytes(?:\{[^}]*\})? ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex WorkingSet();

    private sealed record Answer(Guid Actor, string Path, HttpStatusCode Status, bool HasRetryAfter, long SentAt, TimeSpan Took);
}
