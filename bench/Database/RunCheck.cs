using System.Globalization;
using Npgsql;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Database;

/// <summary>Holds a run's database against what was acknowledged.</summary>
internal static class RunCheck
{
    private const int MostComplaints = 5;

    /// <returns>What is wrong; empty when the database holds exactly what was acknowledged.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        Durability durability, string connectionString, Acknowledged acknowledged, CancellationToken cancellation)
    {
        if (durability == Durability.None) return [];

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        var rows = new RowSource(connection, cancellation);
        var complaints = durability == Durability.GrainState
            ? StateCheck.RunAsync(rows, acknowledged)
            : RowCheck.RunAsync(rows, acknowledged, durability);
        List<string> found = [];
        await foreach (var complaint in complaints)
        {
            found.Add(complaint);
            if (found.Count == MostComplaints) break;
        }

        return found;
    }
}

/// <summary>Queries a run's database.</summary>
internal sealed class RowSource(NpgsqlConnection connection, CancellationToken cancellation)
{
    public async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) yield return reader;
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }
}
