using Wingman.Silo.Operations;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>A transaction that stays open anywhere on the server delays the log's readers, and the metric shows by how much.</summary>
public sealed class LogHorizonLagTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    private const string Append = "insert into wingman.events (kind, at, host) values ('observed', clock_timestamp() - interval '90 seconds', 'host')";

    [Fact]
    public async Task Read_WhileAnOlderTransactionIsOpen_IsTheAgeOfTheLineThatWaits_AndNothingOnceItEnds()
    {
        await using (var open = await fixture.Sql.OpenConnectionAsync())
        {
            await using var transaction = await open.BeginTransactionAsync();
            await using (var begin = new Npgsql.NpgsqlCommand("select pg_current_xact_id()::text", open, transaction)) await begin.ExecuteScalarAsync();
            await fixture.ExecuteAsync(Append);

            Assert.InRange(await LogHorizonLag.ReadAsync(fixture.Sql, CancellationToken.None), 90, 1000);
        }

        // Other tests share the server: their transactions end too.
        await Testing.Eventually.BecomesAsync("no line waits", checking => LogHorizonLag.ReadAsync(fixture.Sql, checking), static seconds => seconds == 0);
    }
}
