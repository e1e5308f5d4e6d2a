using Npgsql;

namespace Wingman.Bench.Database;

/// <summary>
/// Loses or doubles one thing in a run's database before its check: shows that the check bites. A bench that is asked for
/// damage must end with every checked run failed.
/// </summary>
internal static class Damage
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["lost-confirmation"] =
            """
            update wingman_sessions set user1_completed_confirmed_by_user2 = false, user2_completed_confirmed_by_user1 = false
            where id = (select id from wingman_sessions where user1_completed_confirmed_by_user2 limit 1)
            """,
        ["lost-completion"] =
            """
            update wingman_sessions set status = 'scheduled', completed_at = null
            where id = (select id from wingman_sessions where status = 'completed' limit 1)
            """,
        ["lost-credit"] =
            """
            with ledger as (
                delete from reputation_credits where ctid = (select ctid from reputation_credits limit 1) returning 1)
            update reputation_counters set completed_sessions = completed_sessions - 1
            where user_id = (select user_id from reputation_counters where completed_sessions > 0 limit 1)
            """,
        ["doubled-count"] =
            """
            update wingman_matches set user1_reputation = user1_reputation + 1
            where id = (select id from wingman_matches where user1_reputation > 0 limit 1)
            """,
    };

    public static IReadOnlyCollection<string> Names => Kinds.Keys;

    public static async Task DoAsync(string kind, string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Kinds[kind], connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
