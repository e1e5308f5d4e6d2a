using Npgsql;
using Wingman.Chaos.Cluster;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.Chaos.Checking;

/// <summary>
/// Shows that the checks would find a loss in the run's crash: confirmations are written by plain SQL and recorded as
/// acknowledged, at first durably, then so that the crash may lose them. The check of acknowledgements must find all of the
/// former, and must report at least one of the latter as lost.
/// </summary>
/// <param name="Durable">How many durable confirmations were acknowledged.</param>
/// <param name="DurableLost">How many of them the check found missing.</param>
/// <param name="Losable">How many others.</param>
/// <param name="LosableLost">How many of those it found missing.</param>
internal sealed record NegativeControl(int Durable, int DurableLost, int Losable, int LosableLost)
{
    private const int Each = 25;

    /// <summary>Whether the check finds a loss where there is one, and none where there is none.</summary>
    public bool FindsLosses => DurableLost == 0 && LosableLost > 0;

    /// <summary>Runs it, after all other writers have stopped.</summary>
    public static async Task<NegativeControl> RunAsync(ChaosDatabase database, Violations violations, CancellationToken cancellation)
    {
        List<(Guid Session, Acknowledged Answered)> durable = [], losable = [];
        // Not from the pool: the settings of this connection must end with it.
        await using (var writer = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Direct.ConnectionString) { Pooling = false }.ConnectionString))
        {
            await writer.OpenAsync(cancellation);
            var sessions = await InsertAsync(writer, cancellation);
            foreach (var session in sessions[..Each]) durable.Add(await ConfirmAsync(writer, session, cancellation));
            await database.Server.MakeCommitsLosableAsync(writer, cancellation);
            foreach (var session in sessions[Each..]) losable.Add(await ConfirmAsync(writer, session, cancellation));
            await database.Server.CrashAsync(TimeSpan.Zero, static () => { }, static () => { }, cancellation);
        }

        NpgsqlConnection.ClearAllPools();
        database.Direct.Clear();
        var snapshot = await SnapshotReader.ReadAsync(database.Direct, SnapshotReader.Everything, cancellation);
        var rows = snapshot.Sessions.ToDictionary(static row => row.Id);
        var lost = AcknowledgementCheck.Check(rows, durable).ToList();
        violations.AddRange(lost);
        return new NegativeControl(durable.Count, lost.Count, losable.Count, AcknowledgementCheck.Check(rows, losable).Count());
    }

    public override string ToString() =>
        $"negative control      of {Durable} durable commits {DurableLost} were lost, of {Losable} others {LosableLost}: {(FindsLosses ? "the check finds losses" : "THE CHECK PROVES NOTHING")}";

    private static async Task<List<Guid>> InsertAsync(NpgsqlConnection writer, CancellationToken cancellation)
    {
        List<Guid> sessions = [.. Enumerable.Range(0, 2 * Each).Select(static _ => Guid.NewGuid())];
        await using var insert = new NpgsqlCommand(
            """
            with m as (
              insert into public.wingman_matches (id, user1_id, user2_id, status)
              select id, gen_random_uuid(), gen_random_uuid(), 'accepted' from unnest($1) as s (id))
            insert into public.wingman_sessions (id, match_id, venue_name, scheduled_time, status)
            select id, id, 'Control', now() + interval '7 days', 'scheduled' from unnest($1) as s (id)
            """,
            writer);
        insert.Parameters.Add(new NpgsqlParameter { Value = sessions.ToArray() });
        await insert.ExecuteNonQueryAsync(cancellation);
        return sessions;
    }

    private static async Task<(Guid Session, Acknowledged Answered)> ConfirmAsync(NpgsqlConnection writer, Guid session, CancellationToken cancellation)
    {
        await using var confirm = new NpgsqlCommand("update public.wingman_sessions set user1_completed_confirmed_by_user2 = true where id = $1", writer);
        confirm.Parameters.Add(new NpgsqlParameter { Value = session });
        await confirm.ExecuteNonQueryAsync(cancellation);
        return (session, new Acknowledged(User1: true, User2: false, Over: null));
    }
}
