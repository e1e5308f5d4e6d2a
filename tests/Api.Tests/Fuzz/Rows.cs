using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>The state of a session.</summary>
public enum SessionState
{
    /// <summary>Scheduled, years ahead.</summary>
    Scheduled,

    /// <summary>Called off.</summary>
    Cancelled,

    /// <summary>Both confirmed.</summary>
    Completed,

    /// <summary>Nobody confirmed in time.</summary>
    NoShow,

    /// <summary>The match has none.</summary>
    None,
}

/// <summary>A match of two users, with or without a session. The ids follow from the number.</summary>
internal sealed record NumberedPair(int Number)
{
    public SessionState State { get; } = (SessionState)(Number % 5);

    public Guid User1 { get; } = Id("user1", Number);

    public Guid User2 { get; } = Id("user2", Number);

    public Guid Match { get; } = Id("match", Number);

    public Guid Session { get; } = Id("session", Number);

    public Guid Stranger { get; } = Id("stranger", Number);

    public static Guid Id(string kind, int number) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes($"{kind} {number}")).AsSpan(0, 16));
}

/// <summary>The rows that the requests are about, and a hash of all that requests may write.</summary>
internal static class Rows
{
    // The detector of no-shows and the reader of the log write these on their own.
    private static readonly string[] WrittenInBackground =
        ["wingman.no_show_detection", "wingman.service_gaps", "wingman.log_readers", "wingman.log_eras"];

    /// <summary>Inserts the pairs, as a product that has been in use would have them, before the service has read any.</summary>
    public static async Task InsertAsync(string connectionString, IEnumerable<NumberedPair> pairs)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var pair in pairs)
        {
            await using var insert = new NpgsqlCommand(
                """
                insert into public.wingman_matches (id, user1_id, user2_id, status) values (@match, @user1, @user2, 'accepted');
                """,
                connection);
            insert.Parameters.AddWithValue("match", pair.Match);
            insert.Parameters.AddWithValue("user1", pair.User1);
            insert.Parameters.AddWithValue("user2", pair.User2);
            if (pair.State != SessionState.None)
            {
                insert.CommandText +=
                    """
                    insert into public.wingman_sessions (id, match_id, venue_name, scheduled_time, status, completed_at,
                        user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1)
                    values (@session, @match, 'Blue Bottle', case when @status = 'scheduled' then '2099-01-01T18:00:00Z'::timestamptz else now() - interval '30 days' end,
                        @status, case when @status = 'completed' then now() - interval '30 days' end, @status = 'completed', @status = 'completed');
                    """;
                insert.Parameters.AddWithValue("session", pair.Session);
                insert.Parameters.AddWithValue("status", pair.State == SessionState.NoShow ? "no_show" : pair.State.ToString().ToLowerInvariant());
            }

            await insert.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>A hash per table of the product's and Wingman's own, as one text.</summary>
    public static async Task<string> HashAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand(
            "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('public', 'wingman') and table_type = 'BASE TABLE' order by 1",
            connection))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        Assert.Contains("public.wingman_sessions", tables);
        Assert.Contains("wingman.events", tables);
        var hashes = new StringBuilder();
        foreach (var table in tables.Except(WrittenInBackground))
        {
            // When a reputation that others changed is read, the service announces the change a little later by itself.
            var filter = table == "wingman.events" ? "where kind <> 'reputation_changed'" : "";
#pragma warning disable CA2100 // The names come from the catalogue.
            await using var hash = new NpgsqlCommand($"select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from {table} t {filter}", connection);
#pragma warning restore CA2100
            hashes.Append(table).Append(": ").Append(await hash.ExecuteScalarAsync()).Append('\n');
        }

        return hashes.ToString();
    }
}
