using Npgsql;
using Wingman.Chaos.Checking;
using Wingman.SystemTests.Clusters;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Checkers;

/// <summary>The checks run on what the service itself has written, before and after the rows are damaged by hand.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class TamperedDatabaseTests
{
    [Fact]
    public async Task DamageDoneByHand_IsFoundInTheRealDatabase()
    {
        var connectionString = await Wingman.Testing.TestPostgres.CreateEmptyDatabaseAsync();
        await using var cluster = new TestCluster(connectionString);
        cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        await cluster.ConfirmAsync(session, Participant.User2);
        await cluster.AssertInvariantsAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);

        Assert.Contains("I4", await RulesBrokenByAsync("delete from wingman.events where kind = 'completed'"));
        Assert.Contains("I4", await RulesBrokenByAsync("insert into wingman.events (session_id, kind, actor, at, host) select session_id, kind, actor, at, host from wingman.events where kind = 'completed'"));
        Assert.Contains("I4", await RulesBrokenByAsync("update public.wingman_matches set user1_reputation = user1_reputation + 1"));
        Assert.Contains("I2", await RulesBrokenByAsync("update public.wingman_sessions set user1_completed_confirmed_by_user2 = false"));
        Assert.Contains("I5", await RulesBrokenByAsync("update public.wingman_sessions set user1_completed_confirmed_by_user2 = false"));
        Assert.Contains("I2", await RulesBrokenByAsync("update public.wingman_sessions set completed_at = completed_at + interval '1 microsecond'"));
        Assert.Contains("I1", await RulesBrokenByAsync("update public.wingman_sessions set status = 'cancelled'"));
        Assert.Contains("I3", await RulesBrokenByAsync("update public.wingman_sessions set status = 'no_show', completed_at = null"));

        async Task<HashSet<string>> RulesBrokenByAsync(string damage)
        {
            var before = await DumpAsync();
            await using var harm = database.CreateCommand(damage);
            Assert.Equal(1, await harm.ExecuteNonQueryAsync());
            var snapshot = await SnapshotReader.ReadAsync(database, SnapshotReader.Everything, CancellationToken.None);
            var answered = new Acknowledged(true, true, Wingman.Sessions.SessionStatus.Completed);
            Violation? shown = ReputationCheck.Compare(
                session.Pair.User1, Credits.Count(snapshot.Sessions).GetValueOrDefault(session.Pair.User1), completed: 1, noShows: 0, score: 1);
            var violations = CommitInvariants.Check(snapshot)
                .Concat(shown is null ? [] : [shown])
                .Concat(AcknowledgementCheck.Check(snapshot.Sessions.ToDictionary(static row => row.Id), [(session.Id, answered)]));
            var broken = violations.Select(static violation => violation.Rule).ToHashSet();
            await RestoreAsync(before);
            return broken;
        }

        async Task<string[]> DumpAsync()
        {
            List<string> rows = [];
            foreach (var table in Tables)
            {
                await using var dump = database.CreateCommand($"select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text from {table} t");
                rows.Add((string)(await dump.ExecuteScalarAsync())!);
            }

            return [.. rows];
        }

        async Task RestoreAsync(string[] rows)
        {
            await using var clear = database.CreateCommand($"truncate {string.Join(", ", Tables)}");
            await clear.ExecuteNonQueryAsync();
            for (var i = 0; i < Tables.Length; i++)
            {
                await using var restore = database.CreateCommand($"insert into {Tables[i]} overriding system value select * from jsonb_populate_recordset(null::{Tables[i]}, $1::jsonb)");
                restore.Parameters.Add(new NpgsqlParameter { Value = rows[i] });
                await restore.ExecuteNonQueryAsync();
            }
        }
    }

    private static readonly string[] Tables =
        ["public.wingman_matches", "public.wingman_sessions", "wingman.events"];
}
