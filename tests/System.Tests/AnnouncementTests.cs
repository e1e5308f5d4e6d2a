using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests;

/// <summary>Changed reputations are announced in the log, each once, however many change at the same time.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class AnnouncementTests
{
    [Fact]
    public async Task ReputationsThatChangeAtTheSameTime_AreAllAnnounced()
    {
        // Reputations are announced one after the other. A reputation that had to wait once lost the token with which it waited.
        await using var cluster = await TestCluster.CreateAsync();
        cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(10);
        foreach (var session in sessions)
        {
            await cluster.ConfirmAsync(session, Participant.User1);
            await cluster.ConfirmAsync(session, Participant.User2);
        }

        var users = sessions.SelectMany(static session => new[] { session.Pair.User1, session.Pair.User2 }).ToList();
        await Task.WhenAll(users.Select(cluster.ReadReputationAsync));

        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        var announced = await Eventually.BecomesAsync(
            "all are announced", checking => AnnouncedAsync(database, checking), announced => announced.Count >= users.Count, TimeSpan.FromSeconds(20));
        Assert.Equal(users.Order(), announced.Order());
    }

    private static async Task<List<Guid>> AnnouncedAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var query = database.CreateCommand("select actor from wingman.events where kind = 'reputation_changed'");
        await using var rows = await query.ExecuteReaderAsync(cancellation);
        List<Guid> all = [];
        while (await rows.ReadAsync(cancellation)) all.Add(rows.GetGuid(0));
        return all;
    }
}
