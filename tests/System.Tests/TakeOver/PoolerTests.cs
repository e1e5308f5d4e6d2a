using System.Collections.Concurrent;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.SystemTests.TakeOver;

/// <summary>A test that needs pgbouncer. Where it is not installed the test is reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PgBouncerTheoryAttribute : TheoryAttribute
{
    public PgBouncerTheoryAttribute()
    {
        if (PgBouncer.Program is null) Skip = "pgbouncer is not installed: apt-get install pgbouncer, or run ./wingman test as root on Debian.";
    }
}

/// <summary>The service behind a pooler, in both modes, under load, while the pooler is killed and started again.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class PoolerTests(ITestOutputHelper output)
{
    private static readonly (string, string)[] TransactionMode = [("Wingman:Storage:PrepareStatements", "false")];

    [PgBouncerTheory]
    [InlineData(PoolMode.Session)]
    [InlineData(PoolMode.Transaction)]
    public async Task UnderLoad_AndOverARestartOfThePooler_NothingAcknowledgedIsLost(PoolMode mode)
    {
        await using var product = await ProductService.CreateAsync();
        var role = await product.CreateServiceRoleAsync();
        if (mode == PoolMode.Transaction) await product.ExecuteAsync($"alter role {role} set search_path = orleans, public");
        await using var pooler = await PgBouncer.StartAsync(product.Database.ConnectionString, mode, role);
        foreach (var name in (string[])["one", "two"])
            product.Add(name, pooler.ConnectionString(role), mode == PoolMode.Transaction ? TransactionMode : []);
        foreach (var process in product.Processes) process.Start();
        await Task.WhenAll(product.Processes.Select(static process => process.WaitUntilReadyAsync()));

        var pairs = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => ProductPairs.InsertAsync(product.Database)));
        ConcurrentBag<(Guid Session, Guid User)> acknowledged = [];
        using var end = new CancellationTokenSource();
        var failures = 0;
        var load = Task.WhenAll(pairs.Select(buddies => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var session = await buddies.InsertSessionAsync(product.Database, Scene.Past);
                await Task.WhenAll(ConfirmAsync(session, buddies.User1), ConfirmAsync(session, buddies.User2));
            }
        })));
        await ReachesAsync(200);

        await pooler.KillAsync();
        var atRestart = acknowledged.Count;
        await pooler.StartAsync();
        await ReachesAsync(atRestart + 300);
        await end.CancelAsync();
        await load;

        output.WriteLine($"{mode}: {acknowledged.Count} confirmations acknowledged, {failures} calls failed or were refused around the restart");
        var (sessions, words) = (acknowledged.Select(static word => word.Session).ToArray(), acknowledged.Select(static word => word.User).ToArray());
        Assert.Equal(0L, await product.ScalarAsync<long>(
            """
            select count(*) from unnest($1, $2) a (session, person)
            left join public.wingman_sessions s on s.id = a.session
            left join public.wingman_matches m on m.id = s.match_id
            where not coalesce(case a.person when m.user1_id then s.user1_completed_confirmed_by_user2 else s.user2_completed_confirmed_by_user1 end, false)
            """,
            sessions, words));
        Assert.Equal(0L, await product.ScalarAsync<long>(
            """
            select count(*) from public.wingman_sessions
            where (status = 'completed') <> (user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)
               or (status = 'completed') <> (completed_at is not null)
            """));
        Assert.Equal(0L, await product.ScalarAsync<long>(
            """
            select count(*) from public.wingman_matches m
            cross join lateral (select count(*) as held from public.wingman_sessions where match_id = m.id and status = 'completed') s
            where (user1_reputation, user2_reputation) is distinct from (s.held, s.held)
            """));
        // The sweeper, membership and reminders use the pooler as well.
        Assert.Equal(1L, await product.ScalarAsync<long>("select count(*) from orleans.orleansreminderstable"));

        async Task ConfirmAsync(Guid session, Guid user)
        {
            // Retried until it is acknowledged, as a client does.
            while (!end.IsCancellationRequested)
            {
                var answer = await TryAsync(session, user);
                if (answer is { Status: 200 })
                {
                    acknowledged.Add((session, user));
                    return;
                }

                Assert.True(answer is null or { Status: 503 }, answer?.ToString());
                Interlocked.Increment(ref failures);
            }
        }

        async Task<Answer?> TryAsync(Guid session, Guid user)
        {
            try
            {
                return await product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", user, new { session_id = session });
            }
            catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
            {
                return null;
            }
        }

        Task ReachesAsync(int count) => Eventually.BecomesAsync(
            $"{count} confirmations are acknowledged", _ => Task.FromResult(acknowledged.Count), seen => seen >= count);
    }

    [PgBouncerTheory]
    [InlineData("orleans, public", null)]
    [InlineData("public", "alter role")]
    public async Task InTransactionMode_TheRolesSearchPathMustLeadToOrleansTables_OrTheStartSaysSo(string searchPath, string? refusal)
    {
        await using var product = await ProductService.CreateAsync();
        var role = await product.CreateServiceRoleAsync();
        await product.ExecuteAsync($"alter role {role} set search_path = {searchPath}");
        await using var pooler = await PgBouncer.StartAsync(product.Database.ConnectionString, PoolMode.Transaction, role);
        var process = product.Add("pooled", pooler.ConnectionString(role), TransactionMode);

        if (refusal is null)
        {
            await process.StartAndWaitAsync();
            return;
        }

        process.Start();
        Assert.Equal(1, await process.WaitForExitAsync());
        var sentence = Assert.Single(process.Log.Split('\n'), static line => line.StartsWith("Wingman does not start:", StringComparison.Ordinal));
        Assert.Contains(refusal, sentence, StringComparison.Ordinal);
    }

    [PgBouncerTheory]
    [InlineData(PoolMode.Session)]
    [InlineData(PoolMode.Transaction)]
    public async Task TheSchema_IsAppliedThroughAPooler(PoolMode mode)
    {
        await using var product = await ProductService.CreateAsync();
        await using var pooler = await PgBouncer.StartAsync(product.Database.ConnectionString, mode);

        var applied = await WingmanCommand.RunAsync(pooler.ConnectionString(), "schema", "apply");
        var doctor = await WingmanCommand.RunAsync(pooler.ConnectionString(), "doctor", "--takeover");

        Assert.True(applied.ExitCode == 0, applied.ToString());
        Assert.True(doctor.ExitCode == 0, doctor.ToString());
    }
}
