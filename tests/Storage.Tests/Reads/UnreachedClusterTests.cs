using Npgsql;
using Wingman.Silo.Operations.Support;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>What the repair command says where it has not reached the cluster: whether the silos or the database did not answer.</summary>
public sealed class UnreachedClusterTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task WhyNotReached_WhileTheDatabaseAnswers_IsTheSilos() =>
        Assert.StartsWith("No silo of the cluster answered", await RepairCommand.WhyNotReachedAsync(fixture.Sql), StringComparison.Ordinal);

    [Fact]
    public async Task WhyNotReached_WhileTheDatabaseDoesNotAnswer_IsTheDatabase()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Database=none;Username=none");

        var reason = await RepairCommand.WhyNotReachedAsync(nowhere);

        Assert.StartsWith("The database, in which the cluster's silos are found, cannot be reached (", reason, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.", reason, StringComparison.Ordinal);
    }
}
