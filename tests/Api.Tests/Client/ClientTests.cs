using Wingman.Client;

namespace Wingman.Api.Tests.Client;

/// <summary>A client of the class under test in front of a scripted service.</summary>
public abstract class ClientTests : IDisposable
{
    private readonly List<WingmanClient> _clients = [];

    internal HastyClock Clock { get; } = new();

    internal ScriptedService Service { get; } = new();

    protected static ConfirmCompletionRequest Confirmation => new() { SessionId = Guid.Parse("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11") };

    protected static CreateSessionRequest Meeting => new() { MatchId = Guid.NewGuid(), VenueName = "Cafe", Time = DateTimeOffset.UnixEpoch };

    protected const string Confirmed =
        """{"success":true,"message":"Recorded","both_confirmed":false,"reputation_updated":false,"session_status":"scheduled"}""";

    protected const string Created =
        """{"success":true,"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","message":"","scheduled_time":"2030-01-01T18:00:00Z","venue_name":"Cafe","notifications_sent":false}""";

    protected const string Reputation =
        """{"score":4,"completed_sessions":5,"no_shows":1,"badge_color":"green","cache_timestamp":"2030-01-01T18:00:00.123456Z"}""";

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        Service.Dispose();
        GC.SuppressFinalize(this);
    }

    protected WingmanClient NewClient(TokenSource? token = null, TimeProvider? clock = null)
    {
        var options = new WingmanClientOptions { Address = new Uri("http://wingman.test/base"), Token = token, Clock = clock ?? Clock };
        var client = WingmanClient.Create(options, Service);
        _clients.Add(client);
        return client;
    }
}
