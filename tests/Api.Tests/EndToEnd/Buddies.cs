using System.Text.Json;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.EndToEnd;

/// <summary>Two users with a match and a session, and what they do with it over HTTP.</summary>
public sealed class Buddies(RunningApi api, Guid user1, Guid user2)
{
    public Guid User1 { get; } = user1;

    public Guid User2 { get; } = user2;

    public Guid Match { get; } = Guid.NewGuid();

    /// <summary>Their session; before it is scheduled, an id that nobody knows.</summary>
    public Guid Session { get; private set; } = Guid.NewGuid();

    /// <summary>Registers the match and schedules the session.</summary>
    public static async Task<Buddies> MeetAsync(RunningApi api, Guid? user1 = null, Guid? user2 = null)
    {
        var buddies = new Buddies(api, user1 ?? Guid.NewGuid(), user2 ?? Guid.NewGuid());
        var match = await buddies.PutMatchAsync("accepted");
        Assert.True(match.Status == 201, match.Body);
        var created = await buddies.CreateAsync();
        Assert.True(created.Status == 200, created.Body);
        using var json = JsonDocument.Parse(created.Body);
        buddies.Session = json.RootElement.GetProperty("session_id").GetGuid();
        return buddies;
    }

    public Task<Answer> PutMatchAsync(string status) => api.SendAsync(
        HttpMethod.Put, $"/api/match/{Match}", $$"""{"user1_id":"{{User1}}","user2_id":"{{User2}}","status":"{{status}}"}""");

    public Task<Answer> CreateAsync() => api.SendAsync(
        HttpMethod.Post, "/api/session/create", $$"""{"match_id":"{{Match}}","venue_name":"Café Ω","time":"2099-01-01T18:00:00.5Z"}""", User1);

    public Task<Answer> ConfirmAsync(Guid user) =>
        api.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", $$"""{"session_id": "{{Session}}"}""", user);

    public Task<Answer> CancelAsync(Guid user) => api.SendAsync(HttpMethod.Post, $"/api/session/{Session}/cancel", user: user);

    public Task<Answer> GetAsync(Guid user) => api.SendAsync(HttpMethod.Get, $"/api/session/{Session}", user: user);
}
