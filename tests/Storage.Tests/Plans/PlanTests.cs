namespace Wingman.Storage.Tests.Plans;

/// <summary>
/// A plan that was made while a table was empty lives as long as its connection. Every statement reaches big tables by an
/// index all the same.
/// </summary>
public sealed class PlanTests(BigTables tables) : IClassFixture<BigTables>
{
    [Fact]
    public async Task QueriesPlannedOnEmptyTables_ScanNoBigTable()
    {
        var before = await tables.SequentialScansAsync();
        for (var time = 0; time < 3; time++)
        {
            var n = (time + 1) * 200;
            await tables.AskEverythingAsync(new(await IdAsync($"s{n}"), await IdAsync($"m{n}"), await IdAsync($"a{n + 1}"), await IdAsync($"b{n}")));
        }

        Assert.Equal(before, await tables.SequentialScansAsync());
    }

    [Fact]
    public async Task LaneStatementsPlannedOnEmptyTables_ScanNoBigTableAndNoWholeIndex()
    {
        const int FewEntries = 20_000;
        var before = await tables.SequentialScansAsync();
        var entries = await tables.IndexEntriesReadAsync();
        var lanes = await LanesAsync();
        await tables.UseEveryStatementAsync();
        await tables.AskQueriesAsync(new(await IdAsync("s200"), await IdAsync("m200"), await IdAsync("a201"), await IdAsync("b201")));
        Assert.Equal(lanes, await LanesAsync());

        // Ended connections have reported all they did.
        await tables.Storage.DisposeAsync();
        await tables.Queries.DisposeAsync();

        Assert.Equal(before, await tables.SequentialScansAsync());
        Assert.InRange(await tables.IndexEntriesReadAsync() - entries, 1, FewEntries);
        Assert.True(await tables.Lab.ScalarAsync<long>("select min(idx_scan) from pg_stat_user_tables where relname in ('orleansstorage', 'wingman_sessions', 'wingman_matches', 'reputation_credits')") > 0);
    }

    private Task<Guid> IdAsync(string name) => tables.Lab.ScalarAsync<Guid>("select md5($1)::uuid", name);

    /// <summary>The lanes' connections, by process id: the same before and after, or the plans were made anew.</summary>
    private Task<string> LanesAsync() => tables.Lab.ScalarAsync<string>("""
        select string_agg(pid::text, ' ' order by pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and query like '%unnest(%'
        """);
}
