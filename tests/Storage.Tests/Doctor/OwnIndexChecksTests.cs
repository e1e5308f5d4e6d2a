using Wingman.Silo.Doctor;
using Wingman.Silo.Doctor.Running;
using Wingman.Silo.Schema;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Doctor;

/// <summary>The doctor expects the indexes that the schema scripts create, and its commands create the same ones again.</summary>
public sealed class OwnIndexChecksTests : IAsyncLifetime
{
    private const string IndexesSql = $"""
        select c.relnamespace::regnamespace || '.' || x.relname || ' ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisprimary
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
        where c.relnamespace in ('{SchemaMigrator.OrleansSchema}'::regnamespace, '{SchemaMigrator.WingmanSchema}'::regnamespace)
          and c.relname not in ('{SchemaMigrator.Journal}', 'lockdown')
        order by 1
        """;

    private readonly FreshFixture _fixture = new();

    /// <inheritdoc/>
    public Task InitializeAsync() => _fixture.InitializeAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task TheCommands_CreateWhatTheScriptsCreate()
    {
        var created = await IndexesAsync();
        Assert.Equal(OwnIndexChecks.Needed.Select(static index => index.Name).Order(StringComparer.Ordinal), created.Select(static index => index.Split(' ')[0]).Order(StringComparer.Ordinal));

        foreach (var (name, _, command) in OwnIndexChecks.Needed)
        {
            var table = command.Split(' ')[2];
            await _fixture.ExecuteAsync(command.StartsWith("alter table", StringComparison.Ordinal)
                ? $"alter table {table} drop constraint {name.Split('.')[1]} cascade"
                : $"drop index {name}");
            await _fixture.ExecuteAsync(command);
        }

        Assert.Equal(created, await IndexesAsync());
    }

    private async Task<IReadOnlyList<string>> IndexesAsync()
    {
        await using var connection = await _fixture.Sql.OpenConnectionAsync();
        return [.. (await connection.RowsAsync(IndexesSql)).Select(static row => row[0]!)];
    }
}
