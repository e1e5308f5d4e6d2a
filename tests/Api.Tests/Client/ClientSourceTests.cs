using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Client;

public sealed class ClientSourceTests
{
    private static readonly string Description = Path.Combine(Repository.Root, "docs", "openapi.json");
    private static readonly string Source = Path.Combine(Repository.Root, "src", "Client", "WingmanClient.g.cs");

    /// <summary>WINGMAN_ACCEPT_OPENAPI=1 writes it anew, from the document as it is checked in.</summary>
    [Fact]
    public async Task Client_IsTheOneThatTheCheckedInDescriptionGives()
    {
        var source = await ClientSource.GenerateAsync(await File.ReadAllTextAsync(Description));
        if (Environment.GetEnvironmentVariable("WINGMAN_ACCEPT_OPENAPI") is not null)
            await File.WriteAllTextAsync(Source, source);

        Assert.Equal(await File.ReadAllTextAsync(Source), source);
    }
}
