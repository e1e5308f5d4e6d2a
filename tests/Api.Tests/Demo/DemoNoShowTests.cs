using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Demo;

/// <summary>The page's no-show: the grain decides, under terms by which the session's grace period has passed.</summary>
public sealed class DemoNoShowTests : StubbedApi
{
    private static readonly DateTimeOffset ScheduledAt = new(2030, 1, 1, 18, 0, 0, TimeSpan.Zero);

    private readonly Guid _session = Guid.NewGuid();

    private NoShowTerms? Terms { get; set; }

    [Theory]
    [InlineData(ExpireOutcome.NoShow)]
    [InlineData(ExpireOutcome.Completed)]
    [InlineData(ExpireOutcome.AlreadyOver)]
    public async Task NoShow_OfAParticipant_AsksTheGrainOnTermsByWhichTheSessionIsDue(ExpireOutcome outcome)
    {
        Shows(GetSessionOutcome.Found, outcome);

        var answer = await NoShowAsync();

        Assert.Equal((204, ""), (answer.Status, answer.Body));
        Assert.NotNull(Terms);
        Assert.True(ScheduledAt >= Terms.Since, $"{Terms}");
        Assert.True(ScheduledAt + Terms.GracePeriod < Terms.AsOf, $"{Terms}");
    }

    [Theory]
    [InlineData(GetSessionOutcome.NotParticipant, 403, "Access denied - user is not a participant in this session")]
    [InlineData(GetSessionOutcome.NotFound, 404, "Session not found")]
    public async Task NoShow_OfAnotherPairsSession_IsRefused_AndTheGrainNotAsked(GetSessionOutcome found, int status, string detail)
    {
        Shows(found, ExpireOutcome.NoShow);

        AssertDetail(status, detail, await NoShowAsync());

        Assert.Null(Terms);
    }

    [Fact]
    public async Task NoShow_OfASessionThatIsMovedMeanwhile_AsksToTryAgain()
    {
        Shows(GetSessionOutcome.Found, ExpireOutcome.NotDue);

        Assert.Equal(503, (await NoShowAsync()).Status);
    }

    [Fact]
    public async Task NoShow_OfNobody_IsRefused()
    {
        Shows(GetSessionOutcome.Found, ExpireOutcome.NoShow);

        Assert.Equal(401, (await Api.SendAsync(HttpMethod.Post, $"/demo/session/{_session}/no-show")).Status);
        Assert.Null(Terms);
    }

    [Fact]
    public async Task NoShow_OutsideDevelopment_IsAnUnknownRoute()
    {
        await using var api = await ApiHost.StartAsync(
            Grains, "Production", ("Authentication:SharedSecret", "a shared secret of more than thirty-two bytes"), ("Authentication:Issuer", "issuer"));

        AssertDetail(404, "Not Found", await api.SendAsync(HttpMethod.Post, $"/demo/session/{_session}/no-show"));
    }

    private Task<Answer> NoShowAsync() => PostAsync($"/demo/session/{_session}/no-show");

    private void Shows(GetSessionOutcome found, ExpireOutcome outcome)
    {
        var snapshot = new SessionSnapshot(
            new(_session), new(Guid.NewGuid()), new(User), new(Guid.NewGuid()), SessionStatus.Scheduled, false, false, ScheduledAt, null);
        Grains.Get = (session, user) => Task.FromResult(
            session.Value == _session && user.Value == User && found == GetSessionOutcome.Found
                ? new GetSessionResult(found, new SessionDetails(snapshot, "Bar", null, new(null, null), new(null, null)))
                : new GetSessionResult(found));
        Grains.Expire = (_, terms) =>
        {
            Terms = terms;
            return Task.FromResult(outcome);
        };
    }
}
