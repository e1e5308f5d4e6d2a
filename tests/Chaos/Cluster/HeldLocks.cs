using Npgsql;

namespace Wingman.Chaos.Cluster;

/// <summary>Locks that a session of its own holds until it is released.</summary>
internal sealed class HeldLocks(NpgsqlConnection connection, int rows) : IAsyncDisposable
{
    /// <summary>How many rows are locked.</summary>
    public int Rows => rows;

    public async Task ReleaseAsync()
    {
        await using var rollback = new NpgsqlCommand("rollback", connection);
        await rollback.ExecuteNonQueryAsync();
    }

    // The end of its connection ends what a transaction holds.
    public async ValueTask DisposeAsync() => await connection.DisposeAsync();
}
