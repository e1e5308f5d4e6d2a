using Npgsql;
using Wingman.Silo.Doctor;
using Wingman.Silo.Doctor.Running;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Doctor;

/// <summary>What the doctor reports about statements that wait, and about transactions that stay open.</summary>
public sealed class WaitChecksTests : IAsyncLifetime
{
    private readonly FreshFixture _fixture = new();
    private SeededSession _session = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        _session = await SeededSession.InsertAsync(_fixture);
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task WhoWaits_WhoKeepsATransactionOpen_AndWhoHoldsTheLogBack_AreNamed()
    {
        await using var other = await OtherWriter.BeginAsync(_fixture, $"update public.wingman_sessions set notes = 'x' where id = '{_session.Id}'");
        var waiting = _fixture.ExecuteAsync($"update public.wingman_sessions set notes = 'y' where id = '{_session.Id}'");
        await _fixture.WaitForLockAsync();
        await using var connection = await _fixture.Sql.OpenConnectionAsync();

        var findings = await new WaitChecks(TimeSpan.Zero, TimeSpan.Zero).RunAsync(connection);

        var locked = Assert.Single(findings, static finding => finding.Check == "locks");
        Assert.Contains("has waited", locked.Message, StringComparison.Ordinal);
        Assert.StartsWith("select pg_terminate_backend(", locked.Command, StringComparison.Ordinal);
        Assert.Contains(findings, finding => finding.Check == "transactions" && finding.Command == locked.Command);
        Assert.Contains(findings, finding => finding.Check == "log_horizon" && finding.Command == locked.Command);
        await other.CommitAsync();
        await waiting;
    }

    [Fact]
    public async Task APreparedTransactionThatIsNotFinished_IsNamed_WithItsManagerToAskAndTheCommandThatEndsIt()
    {
        const string Prepared = "prepared transaction 'ana''s order'";
        var own = new OwnServerFixture(new Dictionary<string, string> { ["max_prepared_transactions"] = "1" });
        await own.InitializeAsync();
        try
        {
            await using (var manager = await OtherWriter.BeginAsync(own, "select pg_current_xact_id()"))
                await manager.ExecuteAsync("prepare transaction 'ana''s order'");
            await using var connection = await own.Sql.OpenConnectionAsync();
            var checks = new WaitChecks(TimeSpan.Zero, TimeSpan.Zero);

            var kept = Assert.Single(await checks.RunAsync(connection), static finding => finding.Message.Contains(Prepared, StringComparison.Ordinal));

            Assert.Equal(("log_horizon", Severity.Warning), (kept.Check, kept.Severity));
            Assert.Contains("; prepared) has written, and has been open for", kept.Message, StringComparison.Ordinal);
            Assert.Contains("Ask its transaction manager first", kept.Message, StringComparison.Ordinal);
            Assert.Equal("rollback prepared 'ana''s order';", kept.Command);
            await own.ExecuteAsync(kept.Command!);
            Assert.DoesNotContain(await checks.RunAsync(connection), static finding => finding.Message.Contains(Prepared, StringComparison.Ordinal));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task ARoleThatDoesNotSeeOthersTransactions_IsTold_AndSeesThemOnceItHasTheGrant()
    {
        var role = $"limited_{Guid.NewGuid():N}";
        await using var other = await OtherWriter.BeginAsync(_fixture, $"update public.wingman_sessions set notes = 'x' where id = '{_session.Id}'");
        await _fixture.ExecuteAsync($"create role {role}");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(_fixture.ConnectionString) { Options = $"-c role={role}" }.ConnectionString;
            await using var session = new NpgsqlConnection(connection);
            await session.OpenAsync();
            var checks = new WaitChecks(TimeSpan.Zero, TimeSpan.Zero);

            var before = await checks.RunAsync(session);

            Assert.DoesNotContain(before, static finding => finding.Message.Contains("no transaction is kept open", StringComparison.Ordinal));
            var told = Assert.Single(before, static finding => finding.Check == "transactions");
            Assert.Equal(Severity.Warning, told.Severity);
            Assert.StartsWith($"The role {role} does not see since when other roles' transactions are open", told.Message, StringComparison.Ordinal);
            await _fixture.ExecuteAsync(told.Command!);
            var kept = Assert.Single(await checks.RunAsync(session), static finding => finding.Check == "transactions");
            Assert.Contains("keeps a transaction open", kept.Message, StringComparison.Ordinal);
        }
        finally
        {
            await _fixture.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
