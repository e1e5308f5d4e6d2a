using Wingman.SystemTests.Clusters;
using Wingman.Testing.History;

namespace Wingman.SystemTests;

/// <summary>A stop by SIGTERM is clean, and changes no answer.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class RestartTests
{
    [Fact]
    public async Task Terminated_AndStartedAgain_EveryAnswerIsAsBefore()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var host = cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        var waiting = await cluster.NewSessionAsync();
        var completed = await cluster.NewSessionAsync();
        var untouched = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(waiting, Participant.User1);
        await cluster.ConfirmAsync(completed, Participant.User1);
        await cluster.ConfirmAsync(completed, Participant.User2);
        var before = await AnswersAsync();

        Assert.Equal(0, await host.StopAsync());
        await host.StartAndWaitAsync();

        Assert.Equal(before, await AnswersAsync());
        await cluster.AssertInvariantsAsync();

        async Task<string[]> AnswersAsync()
        {
            List<string> answers = [];
            foreach (var session in new[] { waiting, completed, untouched })
            {
                answers.Add((await cluster.ReadAsync(session)).Body.GetRawText());
                var reputation = (await cluster.ReadReputationAsync(session.Pair.User1)).Body;
                answers.Add($"{reputation.GetProperty("score")} {reputation.GetProperty("completed_sessions")} {reputation.GetProperty("no_shows")}");
                answers.Add((await cluster.GetAsync($"/api/user/reputation/{session.Pair.User1}/history", session.Pair.User1)).Body.GetRawText());
            }

            answers.Add((await cluster.ConfirmAsync(waiting, Participant.User1)).Body.GetRawText());
            answers.Add((await cluster.ConfirmAsync(completed, Participant.User1)).Body.GetRawText());
            return [.. answers];
        }
    }
}
