using System.Diagnostics;
using Wingman.Chaos.Load;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Checking;
using Wingman.Testing.History;
using Xunit.Abstractions;

namespace Wingman.SystemTests;

/// <summary>kill -9 and SIGSTOP: service resumes by itself, and nothing that was acknowledged is lost (I6).</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task OneOfTwoSilosKilled_ItsSessionsAnswerFromTheOtherWithin15Seconds()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var (victim, sessions) = await StartWithWaitingSessionsAsync(cluster);

        await victim.KillAsync();
        var killed = Stopwatch.StartNew();
        var answers = await Task.WhenAll(sessions.Select(session => cluster.ConfirmAsync(session, Participant.User2)));
        var tookover = killed.Elapsed;

        Assert.All(answers, static answer => Assert.Equal("completed", Status(answer)));
        AssertWithin(TimeSpan.FromSeconds(15), tookover, "the last session answered");
        Assert.Equal(80, Credited(await cluster.AssertInvariantsAsync()));
    }

    [Fact]
    public async Task TheOnlyProcessKilledUnderLoad_Restarted_ServesWithin10Seconds_AndNothingNeedsRepair()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var only = cluster.AddCohosted("only");
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(60);

        var underWay = sessions.SelectMany(session => new[] { cluster.TryConfirmAsync(session, Participant.User1), cluster.TryConfirmAsync(session, Participant.User2) }).ToList();
        await Task.WhenAny(underWay);
        await only.KillAsync();
        var beforeCrash = await Task.WhenAll(underWay);
        await cluster.AssertInvariantsAsync();

        var restarted = Stopwatch.StartNew();
        only.Start();
        var first = await cluster.ReadAsync(sessions[0]);
        var served = restarted.Elapsed;

        Assert.Equal(200, first.Status);
        AssertWithin(TimeSpan.FromSeconds(10), served, "the restarted process served");
        AssertAcknowledged(sessions, beforeCrash, await Task.WhenAll(sessions.Select(cluster.ReadAsync)));
        foreach (var session in sessions)
        {
            await cluster.ConfirmAsync(session, Participant.User1);
            Assert.Equal("completed", Status(await cluster.ConfirmAsync(session, Participant.User2)));
        }

        Assert.Equal(120, Credited(await cluster.AssertInvariantsAsync()));
    }

    [Fact]
    public async Task WholeClusterKilled_Restarts_AndEveryAnswerIsAsBefore()
    {
        await using var cluster = await TestCluster.CreateAsync();
        ServiceProcess[] all = [cluster.AddCohosted("host-1"), cluster.AddCohosted("host-2")];
        await cluster.StartAllAsync();
        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        var before = await cluster.ReadAsync(session);

        await Task.WhenAll(all.Select(static process => process.KillAsync()));
        var killed = Stopwatch.StartNew();
        await cluster.StartAllAsync();
        var after = await cluster.ReadAsync(session);
        var took = killed.Elapsed;

        // Waiting for stale membership entries of dead silos would take minutes.
        AssertWithin(TimeSpan.FromSeconds(30), took, "the cluster served");
        Assert.Equal(before.Body.GetRawText(), after.Body.GetRawText());
        Assert.Equal("completed", Status(await cluster.ConfirmAsync(session, Participant.User2)));
        await cluster.AssertInvariantsAsync();
    }

    [Fact]
    public async Task SuspendedSilo_ThatWakesAfterItWasReplaced_OverwritesNothing()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var (suspended, sessions) = await StartWithWaitingSessionsAsync(cluster);

        suspended.Send(Signal.Suspend);
        // The silo that is left answers for every session: for those of the frozen silo after it is declared dead.
        var completed = await Task.WhenAll(sessions.Select(session => cluster.ConfirmAsync(session, Participant.User2)));
        Assert.All(completed, static answer => Assert.Equal("completed", Status(answer)));
        await Eventually.BecomesAsync(
            "the frozen silo is declared dead",
            cluster.SilosAsync,
            silos => silos.Contains((suspended.Settings.Ports.Silo, SiloStatus.Dead)));
        var before = await cluster.AssertInvariantsAsync();

        suspended.Send(Signal.Resume);
        var repeats = await Task.WhenAll(sessions.Select(session => cluster.ConfirmAsync(session, Participant.User1)));
        Assert.All(repeats, static answer => Assert.Equal("completed", Status(answer)));
        await suspended.WaitForExitAsync();

        var after = await cluster.AssertInvariantsAsync();
        Assert.Equal(before.Sessions.OrderBy(static row => row.Id), after.Sessions.OrderBy(static row => row.Id));
        Assert.Equal(80, Credited(after));
    }

    /// <summary>Starts two silos and an API host, and confirms 40 sessions as one of their users.</summary>
    private static async Task<(ServiceProcess FirstSilo, TestSession[] Sessions)> StartWithWaitingSessionsAsync(TestCluster cluster)
    {
        var silo = cluster.AddSilo("silo-1");
        cluster.AddSilo("silo-2");
        cluster.AddApi("api");
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(40);
        foreach (var session in sessions) Assert.Equal("scheduled", Status(await cluster.ConfirmAsync(session, Participant.User1)));
        return (silo, sessions);
    }

    private void AssertWithin(TimeSpan bound, TimeSpan time, string what)
    {
        output.WriteLine($"{what} after {time.TotalSeconds:0.0} s");
        Assert.True(time < bound, $"{what} after {time.TotalSeconds:0.0} s");
    }

    private static int Credited(DatabaseSnapshot snapshot) => Credits.Count(snapshot.Sessions).Values.Sum(static user => user.Completed);

    private static string? Status(Call answer)
    {
        Assert.True(answer.Status == 200, answer.ToString());
        return answer.Body.GetProperty("session_status").GetString();
    }

    /// <summary>Each confirmation that was answered 200 before the crash shows in the reads after it.</summary>
    private static void AssertAcknowledged(TestSession[] sessions, Call[] confirmations, Call[] reads)
    {
        for (var i = 0; i < sessions.Length; i++)
        {
            var participants = reads[i].Body.GetProperty("participants");
            for (var user = 0; user < 2; user++)
            {
                if (confirmations[(2 * i) + user].Status == 200)
                    Assert.True(participants.GetProperty($"user{user + 1}").GetProperty("confirmed").GetBoolean(), reads[i].Body.GetRawText());
            }
        }
    }
}
