namespace Wingman.Api.Tests.Host;

/// <summary>A test class with an API of its own in front of grains that each test sets up.</summary>
public abstract class StubbedApi(params (string Name, string Value)[] settings) : IAsyncLifetime
{
    protected StubGrains Grains { get; } = new();

    protected ApiHost Api { get; private set; } = null!;

    protected Guid User { get; } = Guid.NewGuid();

    public async Task InitializeAsync() => Api = await ApiHost.StartAsync(Grains, "Development", settings);

    public async Task DisposeAsync() => await Api.DisposeAsync();

    protected Task<Answer> GetAsync(string path, string? role = null) => Api.SendAsync(HttpMethod.Get, path, user: User, role: role);

    protected Task<Answer> PostAsync(string path, string? json = null, string? role = null) =>
        Api.SendAsync(HttpMethod.Post, path, json, User, role);

    protected Task<Answer> PutAsync(string path, string? json = null, string? role = "service_role") =>
        Api.SendAsync(HttpMethod.Put, path, json, User, role);

    protected static void AssertDetail(int status, string detail, Answer answer)
    {
        Assert.Equal((status, RefusalCodes.BodyOf(detail)), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.ToString());
        Assert.Equal(answer.Body.Length, answer.ContentHeaders.ContentLength);
    }
}
