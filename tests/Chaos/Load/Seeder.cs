using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using Wingman.Chaos.Checking;
using Wingman.Chaos.Cluster;
using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.Chaos.Load;

/// <summary>
/// Inserts sessions as the product does, as rows that no grain knows yet, some in progress, some with one
/// confirmation, some about to expire.
/// </summary>
internal sealed class Seeder(ChaosDatabase database, Population population, HistoryBook histories, int seed)
{
    private const int BatchSize = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Random _random = new(seed);
    private readonly Channel<SessionHistory> _seeded = Channel.CreateBounded<SessionHistory>(BatchSize);

    /// <summary>A session that has received no call yet, if there is one.</summary>
    public bool TryTake(out SessionHistory? session) => _seeded.Reader.TryRead(out session);

    /// <summary>Keeps a stock of sessions until cancelled. While the database is unavailable it adds none.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    foreach (var session in await InsertAsync(cancellation)) await _seeded.Writer.WriteAsync(session, cancellation);
                }
                catch (NpgsqlException)
                {
                    // A fault is under way. A session that was perhaps inserted is not used by any script, and the checks allow for it.
                }

                await Task.Delay(Pause, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<List<SessionHistory>> InsertAsync(CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var seeds = Enumerable.Range(0, BatchSize).Select(_ => NewSeed(now)).ToList();
        await using var insert = database.Direct.CreateCommand(
            """
            with m as (
              insert into public.wingman_matches (id, user1_id, user2_id, status)
              select id, user1, user2, 'accepted' from unnest($1, $2, $3) as s (id, user1, user2))
            insert into public.wingman_sessions
              (id, match_id, venue_name, scheduled_time, status, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
            select id, match, 'Seeded', at, status, c1, c2 from unnest($4, $1, $5, $6, $7, $8) as s (id, match, at, status, c1, c2)
            """);
        Add(insert, NpgsqlDbType.Uuid, seeds.Select(static seed => seed.Pair.Match));
        Add(insert, NpgsqlDbType.Uuid, seeds.Select(static seed => seed.Pair.User1));
        Add(insert, NpgsqlDbType.Uuid, seeds.Select(static seed => seed.Pair.User2));
        Add(insert, NpgsqlDbType.Uuid, seeds.Select(static seed => seed.Session));
        Add(insert, NpgsqlDbType.TimestampTz, seeds.Select(static seed => seed.ScheduledAt));
        Add(insert, NpgsqlDbType.Text, seeds.Select(static seed => seed.State.Status == SessionStatus.Scheduled ? "scheduled" : "in_progress"));
        Add(insert, NpgsqlDbType.Boolean, seeds.Select(static seed => seed.State.User1Confirmed));
        Add(insert, NpgsqlDbType.Boolean, seeds.Select(static seed => seed.State.User2Confirmed));
        await insert.ExecuteNonQueryAsync(cancellation);

        var known = RunClock.Now;
        return [.. seeds.Select(seed => Begin(seed, known))];
    }

    private SessionHistory Begin(Seed seed, long known)
    {
        var history = new SessionHistory(seed.Session, seed.Pair, seed.State, known, seed.ScheduledAt + ChaosCluster.GracePeriod);
        histories.Begin(history);
        return history;
    }

    private Seed NewSeed(DateTimeOffset now)
    {
        var flags = _random.Next(10);
        var status = _random.Next(3) == 0 ? SessionStatus.InProgress : SessionStatus.Scheduled;
        // One in four expires within seconds, so that the sweeper and confirmations compete.
        var at = _random.Next(4) == 0 ? now - ChaosCluster.GracePeriod + TimeSpan.FromSeconds(_random.NextDouble() * 10) : now + Worker.Ahead;
        return new Seed(Population.NewId(_random), population.NewPair(_random), at, new ModelState(status, flags is 0 or 1, flags is 2 or 3));
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });

    private sealed record Seed(Guid Session, Pair Pair, DateTimeOffset ScheduledAt, ModelState State);
}
