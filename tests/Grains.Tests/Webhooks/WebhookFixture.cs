using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Wingman.Grains.Tests.Cluster;
using Wingman.Silo.Webhooks;
using Wingman.State;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>A cluster that sends webhooks to a real HTTP server, with pauses short enough for tests.</summary>
internal sealed class WebhookFixture : IAsyncDisposable
{
    /// <summary>The types of the events of a session that was scheduled and completed, in their order.</summary>
    public static readonly string[] ScheduledThenCompleted = ["session.scheduled", "session.completed"];

    private readonly bool _ownsDatabase;

    private WebhookFixture(WingmanCluster cluster, TestReceiver receiver, bool ownsDatabase)
    {
        _ownsDatabase = ownsDatabase;
        Cluster = cluster;
        Receiver = receiver;
    }

    public WingmanCluster Cluster { get; }

    public TestReceiver Receiver { get; }

    public Tables Tables => Cluster.Tables;

    /// <summary>Starts both, and waits until each receiver has its place in the log.</summary>
    public static async Task<WebhookFixture> StartAsync(
        string[] receivers,
        TestDatabase? database = null,
        Dictionary<string, string?>? settings = null,
        ResolveHost? resolve = null,
        ConnectToAddress? connect = null,
        FailingStock? stock = null,
        TestClock? clock = null)
    {
        var receiver = await TestReceiver.StartAsync();
        Dictionary<string, string?> all = new()
        {
            [$"{WebhookOptions.Section}:Interval"] = "00:00:00.05",
            [$"{WebhookOptions.Section}:Timeout"] = "00:00:01",
            [$"{WebhookOptions.Section}:FirstRetry"] = "00:00:00.05",
            [$"{WebhookOptions.Section}:LongestRetry"] = "00:00:00.2",
            [$"{WebhookOptions.Section}:MaxAttempts"] = "100",
        };
        for (var index = 0; index < receivers.Length; index++)
        {
            var section = $"{WebhookOptions.Section}:Receivers:{index}";
            all[$"{section}:Name"] = receivers[index];
            all[$"{section}:Url"] = receiver.Url(receivers[index]);
            all[$"{section}:Secrets:0"] = TestReceiver.Secret;
            all[$"{section}:AllowHttp"] = all[$"{section}:AllowPrivateAddresses"] = "true";
        }

        foreach (var (key, value) in settings ?? []) all[key] = value?.Replace("{port}", receiver.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var cluster = await WingmanCluster.StartAsync(database ?? await TestDatabase.CreateFreshAsync(), new()
        {
            Silos = 1,
            Clock = clock ?? new(),
            Settings = all,
            Services = services =>
            {
                if (resolve is not null) services.AddSingleton(resolve);
                if (connect is not null) services.AddSingleton(connect);
                stock?.AddTo(services);
            },
        });
        var fixture = new WebhookFixture(cluster, receiver, database is null);
        await Eventually.BecomesAsync(
            "the receivers have their place in the log",
            _ => fixture.Tables.CountAsync("select count(*) from wingman.log_readers where name = any ($1)", [receivers]),
            count => count == receivers.Length);
        return fixture;
    }

    /// <summary>Inserts sessions, and for each of them the lines of the log, in order, all sessions' first lines first.</summary>
    public async Task<Meeting[]> LogAsync(int sessions, params string[] kinds)
    {
        var meetings = await Tables.AddMeetingsAsync(sessions);
        await LogAsync(meetings, kinds);
        return meetings;
    }

    // In one transaction, so that a reader gets all lines or none: a round between two statements would read one kind only.
    public Task LogAsync(Meeting[] meetings, params string[] kinds) => Tables.ExecuteAsync(
        """
        insert into wingman.events (session_id, kind, at, host)
        select s, k, now(), 'test' from unnest($2) with ordinality kinds (k, ord) cross join unnest($1) s order by ord
        """,
        meetings.Select(static meeting => meeting.Session.Value).ToArray(), kinds);

    /// <summary>Returns when a receiver has accepted so many different messages.</summary>
    public Task<Arrival[]> ArriveAsync(string path, int count) => Eventually.BecomesAsync(
        $"{count} events have arrived at {path}",
        _ => Task.FromResult(Receiver.Accepted(path)),
        accepted => accepted.DistinctBy(static arrival => arrival.Id).Count() >= count);

    /// <summary>The types of a session's messages as a receiver accepted them.</summary>
    public string[] TypesOf(string path, Meeting meeting) =>
        [.. Receiver.Accepted(path).Where(arrival => arrival.Key == meeting.Session.Value).Select(static arrival => arrival.Type)];

    public Task<WebhookStatus?> StatusAsync(string receiver) => Cluster.Webhooks(receiver).GetStatusAsync();

    public async Task<(int ExitCode, string Output)> CommandAsync(params string[] args)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        return (await WebhookCommand.RunAsync(["webhooks", .. args], Cluster.Database.Administrator, output), output.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        if (_ownsDatabase) await Cluster.Database.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}

/// <summary>The stock storage, which fails to store the receivers' positions while a test wants it to.</summary>
internal sealed class FailingStock : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private IGrainStorage _inner = null!;

    public bool IsFailing { get; set; }

    public int Failures { get; private set; }

    public void AddTo(IServiceCollection services)
    {
        var storage = services.Last(static service => service.ServiceType == typeof(IGrainStorage) && StorageNames.Stock.Equals(service.ServiceKey));
        services.AddKeyedSingleton<IGrainStorage>(StorageNames.Stock, (provider, key) =>
        {
            _inner = (IGrainStorage)storage.KeyedImplementationFactory!(provider, key);
            return this;
        });
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => _inner.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!IsFailing || stateName != StorageNames.Webhook) return _inner.WriteStateAsync(stateName, grainId, grainState);
        Failures++;
        throw new IOException("The test's storage fails.");
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => _inner.ClearStateAsync(stateName, grainId, grainState);

    public void Participate(ISiloLifecycle lifecycle) => (_inner as ILifecycleParticipant<ISiloLifecycle>)?.Participate(lifecycle);
}
