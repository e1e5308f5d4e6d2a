using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wingman.Api.Tests.Host;
using Wingman.Client;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Testing;
using KeptStatus = Wingman.Sessions.SessionStatus;
using SessionStatus = Wingman.Client.SessionStatus;

namespace Wingman.Api.Tests.Client;

/// <summary>The client and the API understand each other.</summary>
public sealed class HostTests : StubbedApi
{
    private static readonly Guid Id = Guid.NewGuid();

    [Fact]
    public async Task Match_IsRegistered()
    {
        using var client = NewClient("service_role");

        var match = await client.PutMatchAsync(Id, new() { User1Id = User, User2Id = Guid.NewGuid(), Status = PutMatchRequestStatus.Accepted });

        Assert.Equal((Id, User, "accepted"), (match.Id, match.User1Id, match.Status));
    }

    [Fact]
    public async Task Session_IsScheduled()
    {
        var scheduled = default(ScheduleSession);
        Grains.Schedule = (_, schedule) =>
        {
            scheduled = schedule;
            return Task.FromResult(new ScheduleSessionResult(ScheduleOutcome.Scheduled, Session: schedule.Session));
        };
        var time = new DateTimeOffset(2099, 1, 1, 10, 0, 0, TimeSpan.FromHours(2));
        using var client = NewClient();

        var answer = await client.CreateSessionAsync(new() { MatchId = Id, VenueName = "Café Ω", Time = time });

        Assert.Equal((time, "Café Ω", null), (scheduled!.ScheduledAt, scheduled.VenueName, scheduled.User1ChallengeId));
        Assert.Equal((scheduled.Session!.Value.Value, time), (answer.SessionId, answer.ScheduledTime));
    }

    [Fact]
    public async Task Session_IsConfirmed()
    {
        Grains.Confirm = (_, _) => Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.WaitingForBuddy, KeptStatus.InProgress));
        using var client = NewClient();

        var answer = await client.ConfirmCompletionAsync(new() { SessionId = Id });

        Assert.Equal((true, false, SessionStatus.InProgress), (answer.Success, answer.BothConfirmed, answer.SessionStatus));
    }

    [Fact]
    public async Task Refusal_WithoutACode_HasTheDocumentedOne()
    {
        using var client = NewClient();

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => client.GetSessionAsync(Id));

        Assert.Equal((404, WingmanCodes.SessionNotFound, "Session not found"), (refusal.Status, refusal.Code, refusal.Detail));
    }

    [Fact]
    public async Task Refusal_WithACode_HasIt()
    {
        Grains.Cancel = (_, _) => Task.FromResult(new CancelSessionResult(CancelOutcome.AlreadyOver, KeptStatus.Completed));
        using var client = NewClient();

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => client.CancelSessionAsync(Id));

        Assert.Equal((409, WingmanCodes.SessionCompleted), (refusal.Status, refusal.Code));
        Assert.Equal("409 session_completed: Session is completed and cannot be cancelled", refusal.Message);
    }

    [Fact]
    public async Task Refusal_OfFields_NamesThem()
    {
        using var client = NewClient();

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => client.UpdateNotesAsync(Id, new() { Notes = new string('x', 2001) }));

        Assert.Equal((422, WingmanCodes.InvalidFields), (refusal.Status, refusal.Code));
        Assert.StartsWith("body.notes: ", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceKey_IsSent()
    {
        using var client = WingmanClient.Create(
            new WingmanClientOptions { Address = Api.Address, ServiceKey = "not a key that it knows" }, new DocumentedHandler(new SocketsHttpHandler()));

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => client.GetReputationHistoryAsync(Id));

        Assert.Equal((401, WingmanCodes.Unauthenticated), (refusal.Status, refusal.Code));
    }

    [Fact]
    public async Task Redirect_IsNotFollowed_WithTheCallersSecrets()
    {
        var arrived = 0;
        await using var elsewhere = await StartServerAsync(_ =>
        {
            Interlocked.Increment(ref arrived);
            return Task.CompletedTask;
        });
        await using var service = await StartServerAsync(http =>
        {
            http.Response.Redirect($"{elsewhere.Urls.First()}{http.Request.Path}");
            return Task.CompletedTask;
        });
        using var client = WingmanClient.Create(new WingmanClientOptions
        {
            Address = new Uri(service.Urls.First()),
            Token = (_, _) => ValueTask.FromResult("a token"),
            ServiceKey = "a service key",
        });

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => client.GetReputationAsync(Id));

        Assert.Equal((302, null, 0), (refusal.Status, refusal.Code, arrived));
    }

    /// <summary>As docs/client.md describes it.</summary>
    [Fact]
    public async Task Client_OfAFactory_Works()
    {
        var services = new ServiceCollection();
        services.AddHttpClient<WingmanClient>(http => http.BaseAddress = Api.Address)
            .AddHttpMessageHandler(() => new RetryHandler(TimeSpan.FromSeconds(30)))
            .AddHttpMessageHandler(() => new TestUser(User, null))
            .ConfigurePrimaryHttpMessageHandler(() => new DocumentedHandler(new SocketsHttpHandler { AllowAutoRedirect = false }));
        await using var provider = services.BuildServiceProvider();
        Grains.Reputation = _ => Task.FromResult(new UserReputation(5, 1, DateTimeOffset.UnixEpoch));

        var reputation = await provider.GetRequiredService<WingmanClient>().GetReputationAsync(User);

        Assert.Equal((4, 5, 1, "green", DateTimeOffset.UnixEpoch),
            (reputation.Score, reputation.CompletedSessions, reputation.NoShows, reputation.BadgeColor, reputation.CacheTimestamp));
    }

    private static async Task<WebApplication> StartServerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }

    private WingmanClient NewClient(string? role = null) => WingmanClient.Create(
        new WingmanClientOptions { Address = Api.Address }, new TestUser(User, role) { InnerHandler = new DocumentedHandler(new SocketsHttpHandler()) });

    private sealed class TestUser(Guid user, string? role) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Test-User-ID", user.ToString());
            if (role is not null) request.Headers.Add("X-Test-Role", role);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
