using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wingman.Authentication;
using Wingman.Demo;
using Wingman.Reference;
using Wingman.Testing;
using Wingman.Wire;

namespace Wingman.Api.Tests.Host;

/// <summary>An answer with its body as text.</summary>
public sealed record Answer(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders);

/// <summary>The API on a real server on a port of its own, built as by its Program, with stubbed grains.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, string contentRoot)
    {
        _app = app;
        ContentRoot = contentRoot;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>A folder of this host's own, deleted with it.</summary>
    public string ContentRoot { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts the API; in Development with test headers unless the settings say otherwise.</summary>
    public static Task<ApiHost> StartAsync(StubGrains grains, string environment = "Development", params (string Name, string Value)[] settings) =>
        StartAsync(grains, TimeProvider.System, environment, settings);

    /// <summary>Starts the API with a clock of the test's.</summary>
    public static async Task<ApiHost> StartAsync(
        StubGrains grains, TimeProvider clock, string environment, params (string Name, string Value)[] settings)
    {
        var contentRoot = Directory.CreateTempSubdirectory("wingman-api-").FullName;
        try
        {
            return new ApiHost(await StartAsync(grains, clock, environment, settings, contentRoot), contentRoot);
        }
        catch
        {
            Directory.Delete(contentRoot, recursive: true);
            throw;
        }
    }

    /// <summary>Sends a request as a user of the test headers, or without a user.</summary>
    public Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, Guid? user = null, string? role = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (user is not null) request.Headers.Add(TestHeaderHandler.UserHeader, user.ToString());
        if (role is not null) request.Headers.Add(TestHeaderHandler.RoleHeader, role);
        return SendAsync(request);
    }

    /// <summary>Sends a request with a bearer token.</summary>
    public Task<Answer> SendWithTokenAsync(HttpMethod method, string path, string token, string? json = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request);
    }

    /// <summary>Sends a request.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await Client.SendAsync(request))
        {
            var body = await response.Content.ReadAsStringAsync();
            DocumentedAnswers.Check(request.Method, request.RequestUri!, (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body);
            return new((int)response.StatusCode, body, response.Headers, response.Content.Headers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(ContentRoot, recursive: true);
    }

    private static async Task<WebApplication> StartAsync(
        StubGrains grains, TimeProvider clock, string environment, (string Name, string Value)[] settings, string contentRoot)
    {
        // Makes the folder a repository of its own, for what Development keeps beside the sources.
        await File.WriteAllTextAsync(Path.Combine(contentRoot, "Wingman.sln"), "");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ContentRootPath = contentRoot });
        // The tests' users send more requests per minute than the limit allows.
        builder.Configuration["Wingman:Api:RequestsPerMinute"] = "0";
        builder.Configuration["Wingman:Api:MissesPerMinute"] = "0";
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(clock);
        builder.AddFrontDoor();
        builder.AddCallers();
        builder.AddApiReference();
        builder.Services.AddSingleton(grains.Factory);

        var app = builder.Build();
        app.UseFrontDoor();
        app.MapEndpoints();
        app.MapApiReference();
        app.MapDemoPage();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        await app.StartAsync();
        return app;
    }
}
