using System.Globalization;
using Npgsql;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Database;

/// <summary>Compares a run's database with what was acknowledged.</summary>
internal static class RunCheck
{
    private const int MostFindings = 5;

    /// <returns>What is wrong; empty when the database holds exactly what was acknowledged.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        Durability durability, NpgsqlConnection connection, Acknowledged acknowledged, CancellationToken cancellation)
    {
        if (durability == Durability.None) return [];

        var rows = new RowSource(connection, cancellation);
        var complaints = durability == Durability.GrainState
            ? StateCheck.RunAsync(rows, acknowledged)
            : RowCheck.RunAsync(rows, acknowledged, durability);
        List<string> found = [];
        await foreach (var complaint in complaints)
        {
            found.Add(complaint);
            if (found.Count == MostFindings) break;
        }

        return found;
    }
}

/// <summary>Shows that the check finds each kind of damage, in transactions that are rolled back.</summary>
internal static class CheckProof
{
    /// <exception cref="InvalidOperationException">The check does not find one of them.</exception>
    public static async Task RunAsync(
        Durability durability, NpgsqlConnection connection, Acknowledged acknowledged, CancellationToken cancellation)
    {
        foreach (var kind in Damage.Names.Where(kind => Damage.Applies(kind, durability)))
        {
            var answered = acknowledged.Reputations.ToList();
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await Damage.DoAsync(kind, connection, acknowledged, cancellation);
            var found = await RunCheck.RunAsync(durability, connection, acknowledged, cancellation);
            await transaction.RollbackAsync(cancellation);
            foreach (var (user, completed) in answered) acknowledged.Reputations[user] = completed;
            if (found.Count == 0) throw new InvalidOperationException($"The check does not find the damage {kind}.");
        }
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
