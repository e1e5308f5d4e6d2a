using Npgsql;

namespace Wingman.Api.Tests.Telemetry;

/// <summary>A session's row that another connection keeps locked until this is disposed.</summary>
internal sealed class LockedRow(NpgsqlDataSource source, NpgsqlConnection holder) : IAsyncDisposable
{
    public static async Task<LockedRow> LockAsync(string database, Guid session)
    {
        var source = NpgsqlDataSource.Create(database);
        var holder = await source.OpenConnectionAsync();
        await using var hold = new NpgsqlCommand($"begin; select from wingman_sessions where id = '{session}' for update", holder);
        await hold.ExecuteNonQueryAsync();
        return new(source, holder);
    }

    /// <summary>Whether a statement waits for a lock.</summary>
    public static async Task<bool> HoldsUpAsync(string database, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var waiting = source.CreateCommand(
            "select exists (select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database())");
        return (bool)(await waiting.ExecuteScalarAsync(cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing a connection ends its transaction.
        await holder.DisposeAsync();
        await source.DisposeAsync();
    }
}
