using Microsoft.Extensions.Configuration;
using Wingman.Silo.Operations.Support;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Reads;

/// <summary>The time line that an explanation of a session shows.</summary>
public sealed class ExplainedLinesTests(FreshFixture fixture) : IClassFixture<FreshFixture>
{
    [Fact]
    public async Task Lines_AreInTheirOrder_AlsoWhereAnotherServerHasCountedFewerTransactions()
    {
        var session = Guid.NewGuid();
        // As after the restore of a backup.
        await fixture.ExecuteAsync($"""
            insert into wingman.events (session_id, kind, at, host, tx)
            values ('{session}', 'no_show', now(), 'h', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8);
            insert into wingman.log_eras (identity, last_id) select 'another/00000001', max(id) from wingman.events;
            insert into wingman.events (session_id, kind, at, host) values ('{session}', 'reopened', now(), 'h'), ('{session}', 'completed', now(), 'h')
            """);
        await using var connection = await fixture.Sql.OpenConnectionAsync();

        var explanation = await new Explainer(new ConfigurationBuilder().Build(), TimeProvider.System).ExplainSessionAsync(connection, session);

        Assert.Equal(["no_show", "reopened", "completed"], explanation.Lines.Select(static line => line.Kind));
    }
}
