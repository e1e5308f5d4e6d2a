using Wingman.Api.Tests.Reference;
using Wingman.Testing;

namespace Wingman.Api.Tests.Client;

public sealed class ClientSourceTests
{
    private static readonly string Description = Path.Combine(HostBinaries.Repository, "docs", "openapi.json");

    /// <summary>WINGMAN_ACCEPT_OPENAPI=1 makes the test write the file, as it does for the description itself.</summary>
    [Fact]
    public async Task Client_IsTheOneThatTheCheckedInDescriptionGives()
    {
        // Another test may be about to write the checked-in document.
        var description = GeneratedFile.IsAccepted ? await ApiReferenceTests.DescribeAsync() : await File.ReadAllTextAsync(Description);

        await GeneratedFile.CheckAsync("src/Client/WingmanClient.g.cs", await ClientSource.GenerateAsync(description));
    }
}
