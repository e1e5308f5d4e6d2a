using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>The product's database with Wingman on it as a process, and a client.</summary>
internal sealed class ProductService : IAsyncDisposable
{
    private readonly List<ServiceProcess> _processes = [];
    private readonly TestTokens _tokens = TestTokens.WithSharedSecret(TestCluster.Secret);
    private readonly HttpClient _http = new(new DocumentedHandler(new SocketsHttpHandler { UseProxy = false, UseCookies = false })) { Timeout = TimeSpan.FromMinutes(1) };

    private ProductService(ProductDatabase database) => Database = database;

    public ProductDatabase Database { get; }

    /// <summary>Where requests go.</summary>
    public Uri Address => _processes[0].Address;

    public IReadOnlyList<ServiceProcess> Processes => _processes;

    /// <summary>The product's database; nothing of Wingman runs yet.</summary>
    public static async Task<ProductService> CreateAsync() =>
        new(await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync()));

    /// <summary>Describes a process that can be started.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="connectionString">Its connection string; null for the owner's.</param>
    /// <param name="settings">Further settings.</param>
    public ServiceProcess Add(string name, string? connectionString = null, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var described = ServiceSettings.ForCluster(HostKind.Api, name, connectionString ?? Database.ConnectionString, TestCluster.Secret, _tokens);
        foreach (var (key, value) in settings) described = described.With(key, value);
        var process = new ServiceProcess(described);
        _processes.Add(process);
        return process;
    }

    /// <summary>Creates a role with only the privileges of the service. Its name is unique, because roles belong to the whole server.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateServiceRoleAsync()
    {
        var role = $"wingman_service_{Guid.NewGuid():N}"[..28];
        Assert.Equal(0, (await WingmanCommand.RunAsync(Database.ConnectionString, "schema", "apply")).ExitCode);
        var grants = await WingmanCommand.RunAsync(null, "schema", "grants", role);
        Assert.Equal(0, grants.ExitCode);
        await ExecuteAsync($"create role {role} login");
        await ExecuteAsync(grants.Output);
        return role;
    }

    /// <summary>The connection string for another role.</summary>
    public string As(string role) => new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role }.ConnectionString;

    /// <summary>Sends a request as a user.</summary>
    public Task<Answer> SendAsync(HttpMethod method, string path, Guid? user, object? body = null) =>
        SendAsync(method, path, user is { } id ? _tokens.ForUser(id) : null, body is null ? null : JsonSerializer.Serialize(body));

    /// <summary>Sends a request as the product's backend.</summary>
    public Task<Answer> SendAsServiceAsync(HttpMethod method, string path, object? body = null) =>
        SendAsync(method, path, _tokens.ForService(), body is null ? null : JsonSerializer.Serialize(body));

    /// <summary>Sends a request with a body as it is.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token, string? json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task ExecuteAsync(string sql) => Database.Sql.ExecuteAsync(sql);

    public Task<T?> ScalarAsync<T>(string sql, params object[] parameters) => Database.Sql.ScalarAsync<T>(sql, parameters);

    /// <summary>Two challenges of the product.</summary>
    public async Task<(Guid One, Guid Other)> ChallengesAsync()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        await ExecuteAsync($"insert into public.approach_challenges (id, difficulty, title, description, points) values ('{one}', 'beginner', 'Smile', 'At someone', 10), ('{other}', 'advanced', 'Dance', null, 30)");
        return (one, other);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var process in _processes) await process.DisposeAsync();
        _tokens.Dispose();
        await Database.DisposeAsync();
    }
}

/// <summary>An answer.</summary>
internal sealed record Answer(int Status, string Text)
{
    /// <summary>The body.</summary>
    public JsonElement Body => JsonSerializer.Deserialize<JsonElement>(Text);

    /// <summary>The body's <c>message</c>, or its <c>detail</c>, as the old backend's stand-in has it.</summary>
    public string Message => Body.TryGetProperty("message", out var message) || Body.TryGetProperty("detail", out message) ? message.ToString() : "";

    public override string ToString() => $"{Status} {Text}";
}
