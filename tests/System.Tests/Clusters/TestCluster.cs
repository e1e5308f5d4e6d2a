using Npgsql;
using Wingman.Chaos.Load;
using Wingman.Testing;
using Wingman.Testing.Checking;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Clusters;

/// <summary>Real processes on a database of their own, and a client that knows their API hosts.</summary>
internal sealed class TestCluster(string connectionString) : IAsyncDisposable
{
    public const string Secret = "a secret of the system tests, 32 bytes or more";

    private readonly List<ServiceProcess> _processes = [];
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(Secret);
    private LoadClient? _client;

    public string ConnectionString => connectionString;

    public string Issuer => _tokens.Issuer;

    /// <summary>The tokens that the cluster's hosts trust.</summary>
    public TestTokens Tokens => _tokens;

    /// <summary>A cluster on a new, empty database: the first host applies the schema.</summary>
    public static async Task<TestCluster> CreateAsync() => new(await TestPostgres.CreateEmptyDatabaseAsync());

    public ServiceProcess AddCohosted(string name) => Add(HostKind.Api, name, cohosted: true);

    public ServiceProcess AddSilo(string name) => Add(HostKind.Silo, name, cohosted: false);

    public ServiceProcess AddApi(string name) => Add(HostKind.Api, name, cohosted: false);

    /// <summary>A host with settings of the test's own; it must trust <see cref="Secret"/> and <see cref="Issuer"/>.</summary>
    public ServiceProcess Add(ServiceSettings settings)
    {
        var process = new ServiceProcess(settings);
        _processes.Add(process);
        return process;
    }

    /// <summary>A host by its name.</summary>
    public ServiceProcess Process(string name) => _processes.Single(process => process.Name == name);

    public async Task StartAllAsync()
    {
        foreach (var process in _processes) process.Start();
        await Task.WhenAll(_processes.Select(static process => process.WaitUntilReadyAsync()));
    }

    /// <summary>Registers an accepted match of two new users.</summary>
    public async Task<Pair> NewPairAsync()
    {
        var pair = new Pair(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var body = new { user1_id = pair.User1, user2_id = pair.User2, status = "accepted" };
        var put = await AnsweredAsync(() => Client.CallAsServiceAsync(Random.Shared, HttpMethod.Put, $"/api/match/{pair.Match}", body, CancellationToken.None));
        Assert.True(put.Status is 200 or 201, put.ToString());
        return pair;
    }

    /// <summary>Schedules a session of a new match.</summary>
    public async Task<TestSession> NewSessionAsync()
    {
        var pair = await NewPairAsync();
        var created = await AnsweredAsync(() => Client.CallAsync(Random.Shared, HttpMethod.Post, "/api/session/create", pair.User1, Wire.Schedule(pair), CancellationToken.None));
        Assert.True(created.Status == 200, created.ToString());
        return new TestSession(created.Body.GetProperty("session_id").GetGuid(), pair);
    }

    public Task<TestSession[]> NewSessionsAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => NewSessionAsync()));

    /// <summary>Confirms until the confirmation is answered.</summary>
    public Task<Call> ConfirmAsync(TestSession session, Participant who) => AnsweredAsync(() => TryConfirmAsync(session, who));

    /// <summary>Confirms once.</summary>
    public Task<Call> TryConfirmAsync(TestSession session, Participant who) => Client.CallAsync(
        Random.Shared, HttpMethod.Post, "/api/session/confirm-completion", session.Pair[who], new { session_id = session.Id }, CancellationToken.None);

    public Task<Call> ReadAsync(TestSession session) => GetAsync($"/api/session/{session.Id}", session.Pair.User1);

    public Task<Call> ReadReputationAsync(Guid user) => GetAsync($"/api/user/reputation/{user}", user);

    public Task<Call> GetAsync(string path, Guid user) =>
        AnsweredAsync(() => Client.CallAsync(Random.Shared, HttpMethod.Get, path, user, null, CancellationToken.None));

    /// <summary>Fails if the tables or the grains' states violate an invariant.</summary>
    /// <returns>Their content.</returns>
    public async Task<DatabaseSnapshot> AssertInvariantsAsync()
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var snapshot = await SnapshotReader.ReadAsync(database, SnapshotReader.Everything, CancellationToken.None);
        Assert.Empty(CommitInvariants.Check(snapshot).Select(static violation => violation.ToString()));
        return snapshot;
    }

    /// <summary>The status of each silo in the cluster's membership table.</summary>
    public async Task<List<(int Port, SiloStatus Status)>> SilosAsync(CancellationToken cancellation = default)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var silos = database.CreateCommand("select port, status from orleans.orleansmembershiptable");
        await using var rows = await silos.ExecuteReaderAsync(cancellation);
        List<(int Port, SiloStatus Status)> all = [];
        while (await rows.ReadAsync(cancellation)) all.Add((rows.GetInt32(0), (SiloStatus)rows.GetInt32(1)));
        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        foreach (var process in _processes) await process.DisposeAsync();
        _tokens.Dispose();
    }

    private LoadClient Client => _client ??= new LoadClient(
        new EntryHosts([.. _processes.Where(static process => process.Settings.Kind == HostKind.Api).Select(static process => new EntryHost(process.Name, process.Address))]),
        _tokens,
        static _ => { },
        DocumentedAnswers.Check);

    private static Task<Call> AnsweredAsync(Func<Task<Call>> call) =>
        Eventually.BecomesAsync("the call is answered", _ => call(), static result => result.Outcome == CallOutcome.Answered);

    private ServiceProcess Add(HostKind kind, string name, bool cohosted) =>
        Add(ServiceSettings.ForCluster(kind, name, connectionString, Secret, _tokens, cohosted));
}

/// <summary>A session that a test made.</summary>
internal sealed record TestSession(Guid Id, Pair Pair);

/// <summary>Tests that start processes run one after the other: they share two cores with what they start.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RealProcessesCollection
{
    public const string Name = "real processes";
}
