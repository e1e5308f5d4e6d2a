using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;
using Xunit.Abstractions;

namespace Wingman.Storage.Tests.Plans;

/// <summary>
/// A plan that was made while a table was empty is used as long as its connection exists. Even so, every statement must read
/// big tables by the right index.
/// </summary>
public abstract class PlanTests(StorageFixture fixture, ITestOutputHelper output)
{
    /// <summary>On the tables of a fresh database.</summary>
    public sealed class OnFreshTables(FreshFixture fixture, ITestOutputHelper output) : PlanTests(fixture, output), IClassFixture<FreshFixture>;

    /// <summary>On the product's own tables.</summary>
    public sealed class OnExistingTables(ExistingFixture fixture, ITestOutputHelper output) : PlanTests(fixture, output), IClassFixture<ExistingFixture>;

    private const int Rows = 100_000;

    /// <summary>How many index entries a statement may read: some per row of its twenty, or those of the thousand open sessions.</summary>
    private const long FewEntries = 5_000;

    private const string SequentialScans = "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables where relname ~ '^(wingman_|events$)'";
    private const string EntriesRead = "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname ~ '^(wingman_|events$)'";

    [Fact]
    public async Task StatementsPlannedOnEmptyTables_ReachBigOnesByTheRightIndex()
    {
        await EmptyAsync();
        var options = new StorageOptions { StatementTimeout = TimeSpan.FromSeconds(20) };
        var address = new DatabaseAddress(fixture.ConnectionString, options);
        await using var source = LaneConnection.CreateDataSource(address.ConnectionString, options);
        await using var lane = new LaneConnection(source, new DatabaseEra(), new Reachability(options.Deadline, TimeProvider.System), options);
        await using var pool = address.CreateDataSource(1);
        await using var tables = new ProductTables(
            address.ConnectionString, pool, fixture.Features, StorageFixture.Host, Microsoft.Extensions.Options.Options.Create(options),
            Microsoft.Extensions.Options.Options.Create(new Reputation.ReputationOptions()),
            new StorageMetrics(new OwnMeters()), Microsoft.Extensions.Logging.Abstractions.NullLogger<ProductTables>.Instance);
        PlanCase[] cases = [.. PlanCase.All(fixture.Features)];
        foreach (var one in cases)
        {
            for (var time = 0; time < 7; time++) await RunAsync(lane, one, Unknown(20));
        }

        for (var time = 0; time < 10; time++) await tables.FindOverdueAsync(SeededSession.Then.AddYears(-1), SeededSession.Then, null, 100);
        var log = new CompletionLog(pool);
        for (var time = 0; time < 10; time++) await log.FindTimesAsync(CompletionsOf(Unknown(20)));
        await FillAsync();

        List<string> complaints = [];
        foreach (var (number, one) in cases.Index())
        {
            complaints.AddRange((await ExplainAsync(lane, one)).Select(complaint => $"{one.Name}: {complaint}"));
            await CountAsync(one.Name, await lane.OpenAsync(), async () => await RunAsync(lane, one, await KnownAsync(number)));
        }

        var completions = CompletionsOf(await KnownAsync(cases.Length));
        await CountAsync("times to completion", null, () => log.FindTimesAsync(completions));

        // This statement is planned with its values at each call, so it uses the statistics, which autovacuum updates on a table of this size.
        await fixture.ExecuteAsync("analyze wingman_sessions");
        foreach (var after in new[] { null, new Sessions.OverdueSession(new(Guid.NewGuid()), SeededSession.Then.AddDays(-300)) })
            await CountAsync("overdue sessions", null, () => tables.FindOverdueAsync(SeededSession.Then.AddYears(-1), SeededSession.Then, after, 100));

        Assert.True(complaints.Count == 0, string.Join(Environment.NewLine, complaints));

        async Task CountAsync(string name, NpgsqlConnection? connection, Func<Task> run)
        {
            await FlushAsync(connection);
            var (scans, entries) = (await fixture.ScalarAsync<long>(SequentialScans), await fixture.ScalarAsync<long>(EntriesRead));
            await run();
            await FlushAsync(connection);
            var read = await fixture.ScalarAsync<long>(EntriesRead) - entries;
            output.WriteLine($"{name}: {read} index entries");
            if (await fixture.ScalarAsync<long>(SequentialScans) is var now && now != scans) complaints.Add($"{name}: {now - scans} sequential scans");
            if (read > FewEntries) complaints.Add($"{name}: {read} index entries were read");
        }

        // The statistics that a connection reports are visible after its next statement has begun.
        async Task FlushAsync(NpgsqlConnection? connection)
        {
            await using var borrowed = connection is null ? await pool.OpenConnectionAsync() : null;
            foreach (var sql in new[] { "select pg_stat_force_next_flush()", "select 1" })
            {
                await using var command = new NpgsqlCommand(sql, connection ?? borrowed);
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    private static async Task RunAsync(LaneConnection lane, PlanCase one, IReadOnlyList<(SeededSession, uint, uint)> rows)
    {
        var batch = await lane.GetBatchAsync(one.Statement);
        one.Fill(rows);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The plan that the lane's connection keeps for the statement, and what is wrong with it.</summary>
    private async Task<List<string>> ExplainAsync(LaneConnection lane, PlanCase one)
    {
        var connection = await lane.OpenAsync();
        await using var find = new NpgsqlCommand(
            "select name, cardinality(parameter_types) from pg_prepared_statements where statement = $1 order by prepare_time desc limit 1", connection);
        find.Parameters.AddWithValue(one.Statement.Sql);
        string name;
        int parameters;
        await using (var row = await find.ExecuteReaderAsync())
        {
            Assert.True(await row.ReadAsync(), $"{one.Name} is not prepared.");
            (name, parameters) = (row.GetString(0), row.GetInt32(1));
        }

        List<string> plan = [];
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var settings = new NpgsqlCommand(lane.Settings, connection, transaction);
            await settings.ExecuteNonQueryAsync();
            await using var explain = new NpgsqlCommand(
                $"explain (costs off) execute \"{name}\" ({string.Join(", ", Enumerable.Repeat("null", parameters))})", connection, transaction);
            await using var line = await explain.ExecuteReaderAsync();
            while (await line.ReadAsync()) plan.Add(line.GetString(0));
        }

        output.WriteLine($"{one.Name}:{Environment.NewLine}{string.Join(Environment.NewLine, plan)}");
        return [.. PlanText.Complaints(plan, await FirstColumnsAsync())];
    }

    private async Task<Dictionary<string, string>> FirstColumnsAsync()
    {
        await using var command = fixture.Sql.CreateCommand(
            "select indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true) from pg_index where indrelid > 16383");
        await using var reader = await command.ExecuteReaderAsync();
        Dictionary<string, string> columns = [];
        while (await reader.ReadAsync()) columns.Add(reader.GetString(0).Split('.')[^1], reader.GetString(1));
        return columns;
    }

    // Statistics that say that the tables are empty, as a server with autovacuum has them within a minute.
    private Task EmptyAsync() => fixture.ExecuteAsync("""
        alter table wingman_sessions set (autovacuum_enabled = off);
        alter table wingman_matches set (autovacuum_enabled = off);
        alter table wingman.events set (autovacuum_enabled = off);
        analyze wingman_sessions, wingman_matches, wingman.events;
        """);

    // One in a hundred sessions is not over; the others are completed. A transaction has few lines of the log, as a batch has.
    private Task FillAsync() => fixture.ExecuteAsync($"""
        set session_replication_role = replica;
        insert into wingman_matches (id, user1_id, user2_id, status)
        select md5('m' || n)::uuid, md5('a' || n / 3)::uuid, md5('b' || n)::uuid, 'accepted' from generate_series(1, {Rows}) n;
        insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status)
        select md5('s' || n)::uuid, md5('m' || n)::uuid, 'venue', '2026-03-01'::timestamptz - n * interval '5 minutes',
          case when n % 100 = 0 then 'scheduled' else 'completed' end
        from generate_series(1, {Rows}) n;
        insert into wingman.events (tx, session_id, kind, at, host)
        select (pg_current_xact_id()::text::bigint + n / 20)::text::xid8, md5('s' || n)::uuid, 'completed', now(), 'host' from generate_series(1, {Rows}) n;
        reset session_replication_role;
        """);

    private static List<Sessions.Completion> CompletionsOf(IEnumerable<(SeededSession Session, uint Xmin, uint MatchXmin)> rows) =>
        [.. rows.Select(static row => new Sessions.Completion(row.Session.Key, row.Xmin, SeededSession.Then))];

    private static List<(SeededSession, uint, uint)> Unknown(int count) =>
        [.. Enumerable.Range(0, count).Select(static _ => (new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()), 3u, 3u))];

    /// <summary>Twenty sessions of the table, others for each number, with the versions of their rows.</summary>
    private async Task<List<(SeededSession, uint, uint)>> KnownAsync(int number)
    {
        await using var command = fixture.Sql.CreateCommand("""
            select s.id, m.id, m.user1_id, m.user2_id, s.xmin, m.xmin
            from generate_series($1, $1 + 2000, 101) n
            join wingman_sessions s on s.id = md5('s' || n)::uuid join wingman_matches m on m.id = s.match_id
            """);
        command.Parameters.AddWithValue(1 + (number * 3000));
        await using var reader = await command.ExecuteReaderAsync();
        List<(SeededSession, uint, uint)> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add((
                new(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetGuid(3)), reader.GetFieldValue<uint>(4), reader.GetFieldValue<uint>(5)));
        }

        Assert.Equal(20, rows.Count);
        return rows;
    }
}
