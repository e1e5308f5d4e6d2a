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

    /// <summary>As after the restore of a backup on a server that has counted fewer transactions.</summary>
    [Fact]
    public async Task Read_WhereLinesAreOfAnEraThatIsOver_IsNothing_WhateverTheirTransactions()
    {
        await using var open = await fixture.Sql.OpenConnectionAsync();
        await using var transaction = await open.BeginTransactionAsync();
        await using (var begin = new Npgsql.NpgsqlCommand("select pg_current_xact_id()::text", open, transaction)) await begin.ExecuteScalarAsync();
        await fixture.ExecuteAsync($"""
            {Append};
            insert into wingman.events (kind, at, host, tx)
            values ('observed', now() - interval '1 day', 'host', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8);
            insert into wingman.log_eras (identity, last_id) select 'another/00000001', max(id) from wingman.events
            """);

        Assert.Equal(0.0, await LogHorizonLag.ReadAsync(fixture.Sql, CancellationToken.None));
    }

    [Fact]
    public async Task Read_WhereALinesTransactionIsNotOfTheServer_IsNothing_AsLongAsNoEraHasBegun()
    {
        await fixture.ExecuteAsync("""
            insert into wingman.log_eras (identity, last_id) select 'another/00000002', coalesce(max(id), 0) from wingman.events;
            insert into wingman.events (kind, at, host, tx)
            values ('observed', now() - interval '1 day', 'host', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8)
            """);

        try
        {
            Assert.Equal(0.0, await LogHorizonLag.ReadAsync(fixture.Sql, CancellationToken.None));
        }
        finally
        {
            await fixture.ExecuteAsync("delete from wingman.events where at < now() - interval '1 hour'");
        }
    }
}
