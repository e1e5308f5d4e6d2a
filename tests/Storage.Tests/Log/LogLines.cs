using Npgsql;
using Wingman.Events;
using Wingman.Silo.Storage.Log;
using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Log;

/// <summary>Ways to write lines and to read them all.</summary>
internal static class LogLines
{
    public const string Insert = "insert into wingman.events (kind, at, host, detail) values ('observed', now(), 'test', $1)";

    /// <summary>Inserts a line in a transaction of its own.</summary>
    public static Task AddLineAsync(this StorageFixture fixture, string detail, string at = "now()", string? tx = null) => fixture.ExecuteAsync(
        $"insert into wingman.events (kind, at, host, detail{(tx is null ? "" : ", tx")}) values ('observed', {at}, 'test', $1{(tx is null ? "" : $", '{tx}'")})", detail);

    /// <summary>Inserts a line in a transaction that stays open.</summary>
    public static async Task<NpgsqlTransaction> HoldLineAsync(this NpgsqlConnection connection, string detail)
    {
        var transaction = await connection.BeginTransactionAsync();
        await connection.AddLineAsync(detail);
        return transaction;
    }

    /// <summary>Inserts a line in the connection's transaction.</summary>
    public static async Task AddLineAsync(this NpgsqlConnection connection, string detail)
    {
        await using var insert = new NpgsqlCommand(Insert, connection);
        insert.Parameters.AddWithValue(detail);
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>Reads all that can be read.</summary>
    public static async Task<(List<string> Details, LogPosition End)> ReadToEndAsync(this LogReader reader, LogPosition after, int limit = 100)
    {
        List<string> details = [];
        while (true)
        {
            var page = await reader.ReadAsync(after, limit);
            details.AddRange(page.Lines.Select(static line => line.Detail!));
            after = page.Next;
            if (!page.HasMore) return (details, after);
        }
    }

    /// <summary>Reads until there are as many lines: other tests' transactions on the same server may hold the reader back for a moment.</summary>
    public static async Task<(List<string> Details, LogPosition End)> ReadAsync(this LogReader reader, LogPosition after, int limit, int count)
    {
        List<string> details = [];
        await Eventually.BecomesAsync($"{count} lines are read", async _ =>
        {
            var (more, end) = await reader.ReadToEndAsync(after, limit);
            details.AddRange(more);
            after = end;
            return details.Count;
        }, read => read >= count);
        return (details, after);
    }

    /// <summary>The first lines of the log, as soon as that many can be read.</summary>
    public static Task<IReadOnlyList<LogLine>> FirstAsync(this LogReader reader, int count) => Eventually.BecomesAsync(
        $"{count} lines can be read", async _ => (await reader.ReadAsync(default, count)).Lines, lines => lines.Count == count);

    /// <summary>Begins an era, as the first writer on another server does.</summary>
    public static async Task BeginEraAsync(this StorageFixture fixture, string identity)
    {
        await using var connection = await fixture.Sql.OpenConnectionAsync();
        await LogEras.RecordAsync(connection, identity, CancellationToken.None);
    }

    /// <summary>Empties the log, and records the present server as its first era.</summary>
    public static Task ClearLogAsync(this StorageFixture fixture) => fixture.ExecuteAsync("""
        delete from wingman.events; delete from wingman.log_readers; delete from wingman.webhook_dead_letters;
        delete from wingman.log_eras where era > (select min(era) from wingman.log_eras)
        """);
}
