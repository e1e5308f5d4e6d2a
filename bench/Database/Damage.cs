using Npgsql;
using Wingman.Bench.Systems;

namespace Wingman.Bench.Database;

/// <summary>
/// Loses or doubles one thing after a run and before its check, to show that the check finds it. If a bench is asked for damage,
/// every checked run must fail, and no figure is printed.
/// </summary>
internal static class Damage
{
    /// <summary>Damages the answer to a user, because the database does not store reputations but only counts them.</summary>
    private const string WrongReputation = "wrong-reputation";

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["lost-confirmation"] =
            """
            update public.wingman_sessions set user1_completed_confirmed_by_user2 = false, user2_completed_confirmed_by_user1 = false
            where id = (select id from public.wingman_sessions where user1_completed_confirmed_by_user2 limit 1)
            """,
        ["lost-completion"] =
            """
            update public.wingman_sessions set status = 'scheduled', completed_at = null
            where id = (select id from public.wingman_sessions where status = 'completed' limit 1)
            """,
        ["lost-event"] =
            "delete from wingman.events where ctid = (select ctid from wingman.events where kind = 'completed' limit 1)",
        ["doubled-event"] =
            """
            insert into wingman.events (session_id, kind, actor, at, host)
            select session_id, kind, actor, at, host from wingman.events where kind = 'completed' limit 1
            """,
        ["doubled-count"] =
            """
            update public.wingman_matches set user1_reputation = user1_reputation + 1
            where id = (select id from public.wingman_matches where user1_reputation > 0 limit 1)
            """,
        ["lost-credit"] =
            """
            update public.reputation_counters set completed_sessions = completed_sessions - 1
            where user_id = (select user_id from public.reputation_counters where completed_sessions > 0 limit 1)
            """,
        ["lost-state"] =
            """
            update orleans.orleansstorage set version = version - 1
            where ctid = (select ctid from orleans.orleansstorage where graintypestring = 'session' limit 1)
            """,
    };

    public static IReadOnlyCollection<string> Names => [.. Kinds.Keys, WrongReputation];

    /// <summary>Whether a system keeps what is to be damaged.</summary>
    public static bool Applies(string kind, Durability durability) => kind switch
    {
        "lost-event" or "doubled-event" => durability == Durability.Log,
        "lost-credit" => durability == Durability.Counters,
        "lost-state" => durability == Durability.GrainState,
        _ => durability is Durability.Log or Durability.Counters,
    };

    /// <exception cref="InvalidOperationException">There was nothing to damage.</exception>
    public static async Task DoAsync(string kind, NpgsqlConnection connection, Acknowledged acknowledged, CancellationToken cancellation)
    {
        var damaged = 0;
        if (kind == WrongReputation)
        {
            foreach (var user in acknowledged.Reputations.Keys.Take(1)) damaged = (int)++acknowledged.Reputations[user];
        }
        else
        {
            await using var command = new NpgsqlCommand(Kinds[kind], connection) { CommandTimeout = 0 };
            damaged = await command.ExecuteNonQueryAsync(cancellation);
        }

        if (damaged == 0) throw new InvalidOperationException($"There was nothing to damage by {kind}.");
    }
}
