using Wingman.Api.Tests.Host;
using Wingman.Api.Tests.Reference;

namespace Wingman.Api.Tests.Client;

public sealed class ClientSourceTests
{
    private static readonly string Description = Path.Combine(Repository.Root, "docs", "openapi.json");
    private static readonly string Source = Path.Combine(Repository.Root, "src", "Client", "WingmanClient.g.cs");

    /// <summary>WINGMAN_ACCEPT_OPENAPI=1 makes the test write the file, as it does for the description itself.</summary>
    [Fact]
    public async Task Client_IsTheOneThatTheCheckedInDescriptionGives()
    {
        var isAccepted = Environment.GetEnvironmentVariable("WINGMAN_ACCEPT_OPENAPI") is not null;
        // Another test may be about to write the checked-in document.
        var source = await ClientSource.GenerateAsync(isAccepted ? await ApiReferenceTests.DescribeAsync() : await File.ReadAllTextAsync(Description));
        if (isAccepted)
            await File.WriteAllTextAsync(Source, source);

        Assert.Equal(await File.ReadAllTextAsync(Source), source);
    }
}
