using System.Net;
using Wingman.Api.Tests.Host;
using Wingman.Testing;

namespace Wingman.Api.Tests.EndToEnd;

public sealed class StartingTests
{
    [Fact]
    public async Task Service_WhoseDatabaseIsDown_IsAliveNotReadyAndAnswers503()
    {
        const string Secret = "a shared secret of more than thirty-two bytes";
        using var tokens = TestTokens.WithSharedSecret(Secret);
        var nowhere = $"Host=127.0.0.1;Port={FreePorts.Next()};Username=nobody;Database=nothing";
        await using var process = new ServiceProcess(ServiceSettings.ForCluster(HostKind.Api, "api", nowhere, Secret, tokens));
        process.Start();
        using var client = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { BaseAddress = process.Address };
        await Eventually.BecomesAsync("the service is alive", async checking => (await client.GetAsync("/health/live", checking)).StatusCode, status => status == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.ForUser(Guid.NewGuid()));
        var answer = await client.GetAsync($"/api/user/reputation/{Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Equal(RefusalCodes.BodyOf("No silo can be reached right now; nothing was done, try again in a moment"), await answer.Content.ReadAsStringAsync());
    }
}
