using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Queries;
using Wingman.State;

namespace Wingman.Storage.Tests.Plans;

/// <summary>
/// Connections that prepared and planned every statement while the tables were empty, on tables that have 200,000 rows now
/// and no statistics that would make the server plan again.
/// </summary>
public sealed class BigTables : IAsyncLifetime
{
    private const int Rows = 200_000;

    private readonly StorageLab _lab = new();

    internal GroupCommitStorage Storage { get; private set; } = null!;

    /// <summary>The service's own pool, used one statement at a time and so on one connection.</summary>
    internal NpgsqlDataSource Pool { get; private set; } = null!;

    /// <summary>What grains ask beside their states, on lanes of its own.</summary>
    internal BatchedQueries Queries { get; private set; } = null!;

    internal StorageLab Lab => _lab;

    /// <summary>A user with a thousand credits.</summary>
    internal static UserId BusyUser { get; } = new(Guid.Parse("00000000-0000-0000-0000-0000000000aa"));

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _lab.InitializeAsync();
        await _lab.ExecuteAsync("""
            alter table orleans.orleansstorage set (autovacuum_enabled = off);
            alter table wingman_sessions set (autovacuum_enabled = off);
            alter table wingman_matches set (autovacuum_enabled = off);
            alter table reputation_credits set (autovacuum_enabled = off);
            """);

        // Known to be empty, not only unknown: what a server with autovacuum makes of a fresh table within a minute.
        await _lab.ExecuteAsync("vacuum analyze orleans.orleansstorage, wingman_sessions, wingman_matches, reputation_credits");
        Storage = await _lab.OpenAsync(options =>
        {
            HeldLane.Options(options);
            options.ReadLanes = 1;
        });
        var address = new DatabaseAddress(new NpgsqlConnectionStringBuilder(_lab.ConnectionString) { MaxPoolSize = 1 }.ConnectionString, new StorageOptions());
        Pool = address.CreateDataSource();
        Queries = new(address.ConnectionString, Options.Create(new StorageOptions { ReadLanes = 1 }), NullLogger<BatchedQueries>.Instance);
        await UseEveryStatementAsync();
        await AskQueriesAsync(new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()));
        for (var time = 0; time < 10; time++) await AskEverythingAsync(new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()));
        await FillAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Queries.DisposeAsync();
        await Pool.DisposeAsync();
        await _lab.DisposeAsync();
    }

    /// <summary>Writes and reads, through the lanes, each combination of states that has a statement of its own.</summary>
    internal async Task UseEveryStatementAsync()
    {
        foreach (var (sessions, matches) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            List<Task> writes = [];
            await using (await HeldLane.HoldAsync(_lab, Storage))
            {
                for (var index = 0; index < 20; index++)
                {
                    writes.Add(TextCell.New(Storage).WriteAsync("text"));
                    var session = new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
                    if (sessions) writes.Add(session.Cell(Storage).WriteAsync(session.Completed));
                    if (matches) writes.Add(NewMatch().WriteAsync(MatchWithSession()));
                }
            }

            await Task.WhenAll(writes);
        }

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await new Cell<SessionState>(Storage, TextCell.NewGrain(), StorageNames.Session).ReadAsync();
            await NewMatch().ReadAsync();
            await TextCell.New(Storage).ReadAsync();
        }));
    }

    /// <summary>Every question of <see cref="Queries"/>.</summary>
    internal async Task AskQueriesAsync(SeededSession session)
    {
        await Queries.HasActiveSessionAsync(new(session.Match));
        await Task.WhenAll(
            Queries.FoldAsync(new(session.User1), withBrought: true),
            Queries.FoldAsync(new(session.User2), withBrought: false),
            Queries.FoldAsync(BusyUser, withBrought: true));
    }

    /// <summary>Every question that is asked outside the lanes.</summary>
    internal async Task AskEverythingAsync(SeededSession session)
    {
        var (sessions, ledger) = (new SessionTable(Pool, Queries), new ReputationLedger(Pool, Queries));
        await sessions.FindAsync(new(session.Id));
        var overdue = await sessions.FindOverdueAsync(SeededSession.Then, null, 100);
        await sessions.FindOverdueAsync(SeededSession.Then, overdue is [.., var last] ? last : new(new(session.Id), SeededSession.Then.AddDays(-1)), 100);
        foreach (var user in new[] { new UserId(session.User1), BusyUser })
        {
            var page = await ledger.ReadPageAsync(user, null, 50);
            await ledger.ReadPageAsync(user, page.Next ?? new CreditCursor(SeededSession.Then, new(session.Id)), 50);
        }
    }

    /// <summary>Sequential scans of each table so far, as far as the connections have reported them.</summary>
    internal async Task<Dictionary<string, long>> SequentialScansAsync()
    {
        await using (var flush = Pool.CreateCommand("select pg_stat_force_next_flush()")) await flush.ExecuteNonQueryAsync();

        // What a connection reports is there once its next statement has begun.
        await using (var next = Pool.CreateCommand("select 1")) await next.ExecuteNonQueryAsync();
        await using var command = _lab.Sql.CreateCommand("select relname::text, seq_scan from pg_stat_user_tables where relname in ('orleansstorage', 'wingman_sessions', 'wingman_matches', 'reputation_credits')");
        await using var reader = await command.ExecuteReaderAsync();
        Dictionary<string, long> scans = [];
        while (await reader.ReadAsync()) scans.Add(reader.GetString(0), reader.GetInt64(1));
        return scans;
    }

    /// <summary>Index entries read so far, by connections that have ended: reading all of one index adds 200,000.</summary>
    internal Task<long> IndexEntriesReadAsync() => _lab.ScalarAsync<long>(
        "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname in ('orleansstorage', 'wingman_sessions', 'wingman_matches', 'reputation_credits')");

    private static MatchState MatchWithSession() => new()
    {
        User1 = new(Guid.NewGuid()),
        User2 = new(Guid.NewGuid()),
        Status = MatchStatus.Accepted,
        LastScheduled = new() { Id = new(Guid.NewGuid()), VenueName = "venue", ScheduledAt = SeededSession.Then, CreatedAt = SeededSession.Then },
    };

    private Cell<MatchState> NewMatch() => new(Storage, TextCell.NewGrain(), StorageNames.Match);

    // One in a hundred sessions is not over; the others are history.
    private Task FillAsync() => _lab.ExecuteAsync($"""
        insert into orleans.orleansstorage
        select (random() * 2e9)::int, (random() * 9e18)::bigint, (random() * 9e18)::bigint, 7, 'session', null, 'tests', '{"{}"}'::bytea, now(), 1
        from generate_series(1, {Rows});
        insert into wingman_matches (id, user1_id, user2_id, status)
        select md5('m' || n)::uuid, case when n % 200 = 0 then '{BusyUser}' else md5('a' || n)::uuid end, md5('b' || n)::uuid, 'accepted'
        from generate_series(1, {Rows}) n;
        set session_replication_role = replica;
        insert into wingman_sessions (id, match_id, venue_name, scheduled_time, status)
        select md5('s' || n)::uuid, md5('m' || n)::uuid, 'venue', '2026-03-01'::timestamptz - n * interval '1 minute', case when n % 100 = 0 then 'scheduled' else 'completed' end
        from generate_series(1, {Rows}) n;
        reset session_replication_role;
        insert into reputation_credits
        select case when n % 200 = 0 then '{BusyUser}' else md5('a' || n)::uuid end, md5('s' || n)::uuid, 'completed', now() - n * interval '1 minute'
        from generate_series(1, {Rows}) n;
        """);
}
