using Npgsql;
using Wingman.Silo.Doctor;
using Wingman.Silo.Doctor.Running;
using Wingman.Silo.Schema;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Doctor;

/// <summary>What the doctor reports about a role that lacks privileges on Wingman's own tables.</summary>
public sealed class OwnTableChecksTests : IAsyncLifetime
{
    private readonly FreshFixture _fixture = new();

    /// <inheritdoc/>
    public Task InitializeAsync() => _fixture.InitializeAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task ARoleWithoutPrivileges_IsFoundWithItsGrants()
    {
        var role = $"limited_{Guid.NewGuid():N}";
        await _fixture.ExecuteAsync($"create role {role}; grant usage on schema wingman, orleans to {role}; grant select on wingman.schema_versions to {role}; "
            + $"grant all on public.wingman_matches, public.wingman_sessions to {role}; alter role {role} bypassrls");
        var connection = new NpgsqlConnectionStringBuilder(_fixture.ConnectionString) { Options = $"-c role={role}" }.ConnectionString;

        await using var session = new NpgsqlConnection(connection);
        await session.OpenAsync();
        var missing = Assert.Single(await new OwnTableChecks().RunAsync(session));

        Assert.Equal(Severity.Problem, missing.Severity);
        Assert.Contains("delete, insert, select, update on wingman.events", missing.Message, StringComparison.Ordinal);
        await _fixture.ExecuteAsync(missing.Command!);
        Assert.Equal(Severity.Ok, Assert.Single(await new OwnTableChecks().RunAsync(session)).Severity);
        await session.CloseAsync();
        await _fixture.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }

    [Fact]
    public async Task ARoleThatMayNotReadTheSequenceOfTheLog_IsFoundWithItsGrants()
    {
        var role = $"limited_{Guid.NewGuid():N}";
        var revoke = $"revoke select on sequence wingman.events_id_seq from {role}";
        await _fixture.ExecuteAsync($"create role {role}");
        try
        {
            await _fixture.ExecuteAsync($"{RuntimeGrants.For(role)} {revoke}");
            var connection = new NpgsqlConnectionStringBuilder(_fixture.ConnectionString) { Options = $"-c role={role}" }.ConnectionString;
            await using var session = new NpgsqlConnection(connection);
            await session.OpenAsync();

            var missing = Assert.Single(await new OwnTableChecks().RunAsync(session));

            Assert.Equal(Severity.Problem, missing.Severity);
            Assert.Contains($"The role {role} lacks select on wingman.events_id_seq", missing.Message, StringComparison.Ordinal);
            await _fixture.ExecuteAsync(missing.Command!);
            Assert.Equal(Severity.Ok, Assert.Single(await new OwnTableChecks().RunAsync(session)).Severity);
            await _fixture.ExecuteAsync($"{revoke}; alter table wingman.events alter column id drop identity");
            Assert.Equal(Severity.Ok, Assert.Single(await new OwnTableChecks().RunAsync(session)).Severity);
        }
        finally
        {
            await _fixture.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
