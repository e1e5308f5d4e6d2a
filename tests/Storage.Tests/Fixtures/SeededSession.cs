using Orleans.Storage;
using Wingman.Events;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.State;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>A session in the tables, with its match.</summary>
internal sealed record SeededSession(Guid Id, Guid Match, Guid User1, Guid User2)
{
    /// <summary>When the sessions are scheduled for.</summary>
    public static readonly DateTimeOffset Then = new(2026, 3, 4, 18, 30, 0, TimeSpan.Zero);

    /// <summary>What <see cref="RowsAsync"/> shows of a session that was not changed.</summary>
    public const string Untouched = "scheduled false false - 0 0 none";

    /// <summary>What <see cref="RowsAsync"/> shows of a session that was once written as <see cref="Completed"/>.</summary>
    public const string CompletedOnce = "completed true true 20:30 1 1 completed";

    /// <summary>Longer than any outcome takes: if the storage never answers a write, its test fails instead of stopping the whole run.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public SessionId Key => new(Id);

    /// <summary>The state of a session that both have confirmed, the second user last.</summary>
    public SessionState Completed => State(SessionStatus.Completed, EventKind.Completed, new(User2), true, true) with { CompletedAt = Then.AddHours(2) };

    /// <summary>The state after the first user's confirmation.</summary>
    public SessionState Confirmed => State(SessionStatus.Scheduled, EventKind.Confirmed, new(User1), user1Confirmed: true);

    /// <summary>Inserts accepted matches, each with one session.</summary>
    public static async Task<SeededSession[]> InsertAsync(StorageFixture fixture, int count)
    {
        SeededSession[] seeded = [.. Enumerable.Range(0, count).Select(_ => new SeededSession(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()))];
        await fixture.InsertUsersAsync([.. seeded.SelectMany(s => new[] { s.User1, s.User2 })]);
        await InsertRowsAsync(fixture, seeded);
        return seeded;
    }

    public static async Task<SeededSession> InsertAsync(StorageFixture fixture) => (await InsertAsync(fixture, 1))[0];

    /// <summary>Inserts the rows of matches and sessions whose users are known.</summary>
    public static async Task InsertRowsAsync(StorageFixture fixture, params SeededSession[] seeded)
    {
        await fixture.ExecuteAsync(
            "insert into wingman_matches (id, user1_id, user2_id, status) select m, a, b, 'accepted' from unnest($1, $2, $3) as x (m, a, b)",
            seeded.Select(s => s.Match).ToArray(), seeded.Select(s => s.User1).ToArray(), seeded.Select(s => s.User2).ToArray());
        await fixture.ExecuteAsync(
            "insert into wingman_sessions (id, match_id, venue_name, scheduled_time) select s, m, 'somewhere', $3 from unnest($1, $2) as x (s, m)",
            seeded.Select(s => s.Id).ToArray(), seeded.Select(s => s.Match).ToArray(), Then.UtcDateTime);
    }

    /// <summary>Inserts another session of the same match. Not an active one: a match of a fresh database has one at most.</summary>
    public async Task<SeededSession> InsertAnotherAsync(StorageFixture fixture)
    {
        var another = this with { Id = Guid.NewGuid() };
        await fixture.ExecuteAsync(
            "insert into wingman_sessions (id, match_id, scheduled_time, status) values ($1, $2, $3, 'no_show')", another.Id, Match, Then.UtcDateTime);
        return another;
    }

    public SessionState State(SessionStatus status, EventKind kind, UserId? actor = null, bool user1Confirmed = false, bool user2Confirmed = false) => new()
    {
        Match = new(Match),
        User1 = new(User1),
        User2 = new(User2),
        Status = status,
        User1Confirmed = user1Confirmed,
        User2Confirmed = user2Confirmed,
        ScheduledAt = Then,
        Event = new(kind, Then.AddHours(1), actor),
    };

    public async Task<RowVersion> VersionAsync(ProductTables tables) => (await tables.ReadAsync(Key))!.Value.Version;

    /// <summary>Writes a state upon a version that was read.</summary>
    public Task<RowVersion> WriteAsync(ProductTables tables, RowVersion version, SessionState next) =>
        tables.WriteAsync(Key, version, next).WaitAsync(Deadline);

    /// <summary>Reads the version, and writes the state upon it.</summary>
    public async Task<RowVersion> WriteAsync(ProductTables tables, SessionState next) =>
        await WriteAsync(tables, await VersionAsync(tables), next);

    /// <summary>Completes the session as its grain does after an unknown outcome: reads the row, and writes unless it is completed.</summary>
    public async Task CompleteAsync(ProductTables tables)
    {
        while (true)
        {
            var (state, version) = (await tables.ReadAsync(Key))!.Value;
            if (state.Status == SessionStatus.Completed) return;

            try
            {
                await WriteAsync(tables, version, Completed);
                return;
            }
            catch (InconsistentStateException)
            {
                // The earlier write, whose caller has given up, has been stored meanwhile.
            }
        }
    }

    /// <summary>The session's row, its match's counters and the log, as a line to compare.</summary>
    public Task<string> RowsAsync(StorageFixture fixture) => fixture.ScalarAsync<string>("""
        select concat_ws(' ', coalesce(s.status, 'null'),
          coalesce(s.user1_completed_confirmed_by_user2::text, 'null'), coalesce(s.user2_completed_confirmed_by_user1::text, 'null'),
          coalesce(to_char(s.completed_at at time zone 'utc', 'HH24:MI'), '-'),
          coalesce(m.user1_reputation::text, 'null'), coalesce(m.user2_reputation::text, 'null'),
          coalesce((select string_agg(kind, ',' order by id) from wingman.events where session_id = s.id), 'none'))
        from wingman_sessions s join wingman_matches m on m.id = s.match_id where s.id = $1
        """, Id);

    /// <summary>The transaction that last wrote the row.</summary>
    public Task<uint> XminAsync(StorageFixture fixture) => fixture.ScalarAsync<uint>("select xmin from wingman_sessions where id = $1", Id);
}

/// <summary>Many sessions at once.</summary>
internal static class SeededSessions
{
    /// <summary>Reads the versions of all, and gives each session's write to be begun later.</summary>
    public static async Task<List<Func<Task<RowVersion>>>> PrepareAsync(
        this IEnumerable<SeededSession> sessions, ProductTables tables, Func<SeededSession, SessionState> next)
    {
        var read = await Task.WhenAll(sessions.Select(async session => (Session: session, Version: await session.VersionAsync(tables))));
        return [.. read.Select(pair => (Func<Task<RowVersion>>)(() => pair.Session.WriteAsync(tables, pair.Version, next(pair.Session))))];
    }
}
