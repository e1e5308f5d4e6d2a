using Npgsql;
using Wingman.Chaos.Cluster;
using Wingman.Chaos.Load;
using Wingman.Testing;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Checking;

/// <summary>Checks the database during the run and at its end.</summary>
/// <param name="database">The database.</param>
/// <param name="histories">What clients were answered.</param>
/// <param name="shared">What clients were answered about sessions that the old backend writes to as well.</param>
/// <param name="violations">Collects what is found.</param>
/// <param name="sweeperTime">How long after the end of the load the sweeper may take; usually <see cref="SweeperTime"/>.</param>
internal sealed class Inspector(ChaosDatabase database, HistoryBook histories, SharedSessions shared, Violations violations, TimeSpan sweeperTime)
{
    /// <summary>Sessions expire either within seconds of their creation or after days; the sweeper runs every few seconds.</summary>
    public static readonly TimeSpan SweeperTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Samples during the run read the young matches only; the last check reads all.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    private readonly FinishedSessions _finished = new();

    /// <summary>How many snapshots were checked.</summary>
    public int Samples { get; private set; }

    /// <summary>Samples until cancelled. While the database is unavailable there is no sample.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, cancellation);
                try
                {
                    await SampleAsync(TimeProvider.System.GetUtcNow() - Window, cancellation);
                }
                catch (NpgsqlException)
                {
                    // A fault is under way; the next sample reads its effects.
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Checks everything once, after all writers have stopped.</summary>
    /// <returns>What was read.</returns>
    public async Task<DatabaseSnapshot> FinishAsync(CancellationToken cancellation)
    {
        await WaitForSweeperAsync(cancellation);
        var snapshot = await SampleAsync(SnapshotReader.Everything, cancellation);
        violations.AddRange(AcknowledgementCheck.CheckFinals(snapshot.Sessions.ToDictionary(static row => row.Id), histories.Settled));
        return snapshot;
    }

    private async Task<DatabaseSnapshot> SampleAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        // Read before the snapshot, so that the snapshot must contain all of it.
        var acknowledged = histories.Open.Select(static history => (history.Session, history.Pair, Answered: history.AcknowledgedNow()))
            .Concat(histories.Settled.Select(static settled => (settled.Session, settled.Pair, Answered: settled.Acknowledged)))
            .ToList();
        var acknowledgedShared = shared.Acknowledged();
        var everything = await SnapshotReader.ReadAsync(database.Direct, since, cancellation);
        // Read after the snapshot, so that it names every shared session that the snapshot contains.
        var snapshot = everything.Without(shared.Foreign);
        violations.AddRange(SharedInvariants.Check(everything, acknowledgedShared, isOver: since == SnapshotReader.Everything));
        var rows = snapshot.Sessions.ToDictionary(static row => row.Id);
        var young = snapshot.Matches.Select(static match => match.Id).ToHashSet();
        violations.AddRange(CommitInvariants.Check(snapshot));
        violations.AddRange(_finished.Check(snapshot));
        violations.AddRange(AcknowledgementCheck.Check(
            rows, acknowledged.Where(answered => snapshot.IsComplete || young.Contains(answered.Pair.Match)).Select(static answered => (answered.Session, answered.Answered))));
        Samples++;
        return everything;
    }

    private async Task WaitForSweeperAsync(CancellationToken cancellation)
    {
        try
        {
            await Eventually.BecomesAsync(
                "no session is due to expire",
                async checking =>
                {
                    await using var overdue = database.Direct.CreateCommand(
                        "select count(*) from public.wingman_sessions where status in ('scheduled', 'in_progress') and scheduled_time + $1 < now() + interval '1 day'");
                    overdue.Parameters.Add(new NpgsqlParameter { Value = ChaosCluster.GracePeriod });
                    return (long)(await overdue.ExecuteScalarAsync(checking))!;
                },
                static count => count == 0,
                sweeperTime,
                cancellation);
        }
        catch (TimeoutException late)
        {
            violations.Add(new Violation("sweeper", late.Message));
        }
    }
}
