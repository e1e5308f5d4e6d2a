using System.Data;
using Npgsql;

namespace Wingman.Grains.Tests.Invariants;

/// <summary>
/// What must hold at every commit (I2 to I5), asked of the tables and the stored payloads in one snapshot: SQL of its own,
/// which takes the documented form of keys and payloads apart itself. For matches whose counters began at 0. Sessions that
/// no grain has written yet are the product's affair and are left out.
/// </summary>
internal static class CommitInvariants
{
    // A UUID key is stored as the two little-endian halves of its .NET byte order.
    private const string Views = """
        with keyed as materialized (
          select graintypestring as name, convert_from(payloadbinary, 'utf8')::jsonb as state,
                 (substr(h0, 9, 8) || substr(h0, 5, 4) || substr(h0, 1, 4)
                  || (select string_agg(substr(h1, i, 2), '' order by i desc) from generate_series(1, 15, 2) i))::uuid as id
          from orleans.orleansstorage,
               lateral (select encode(int8send(grainidn0), 'hex') as h0, encode(int8send(grainidn1), 'hex') as h1) halves
          where payloadbinary is not null),
        stored as materialized (
          select id, (state ->> 'match')::uuid as match_id, (state ->> 'user1')::uuid as user1_id, (state ->> 'user2')::uuid as user2_id,
                 state ->> 'status' as status, (state ->> 'user1_confirmed')::boolean as user1, (state ->> 'user2_confirmed')::boolean as user2,
                 (state ->> 'completed_at')::timestamptz as completed_at
          from keyed where name = 'session'),
        rows as materialized (
          select s.id, s.match_id, m.user1_id, m.user2_id, s.status::text as status,
                 s.user1_completed_confirmed_by_user2 as user1, s.user2_completed_confirmed_by_user1 as user2, s.completed_at
          from public.wingman_sessions s
          join public.wingman_matches m on m.id = s.match_id),
        expected as materialized (
          select r.user1_id as user_id, r.id as session_id, r.status as outcome
          from rows r join stored using (id) where r.status = 'completed' or (r.status = 'no_show' and not r.user1)
          union all
          select r.user2_id, r.id, r.status
          from rows r join stored using (id) where r.status = 'completed' or (r.status = 'no_show' and not r.user2))
        """;

    /// <summary>Each selects a text per violation.</summary>
    private static readonly (string Name, string Sql)[] Queries =
    [
        ("I2 completed exactly if both confirmed",
            "select r::text from rows r join stored using (id) where (r.status = 'completed') <> (r.user1 and r.user2)"),
        ("I2 completed_at exactly if completed",
            "select r::text from rows r join stored using (id) where (r.status = 'completed') <> (r.completed_at is not null)"),
        ("I3 the match's counters count its completed sessions",
            """
            select m.id || ' counts ' || m.user1_reputation || ' and ' || m.user2_reputation || ' of ' || coalesce(c.completed, 0)
            from public.wingman_matches m
            left join (
              select r.match_id, count(*) as completed from rows r join stored using (id) where r.status = 'completed' group by r.match_id) c
              on c.match_id = m.id
            where m.user1_reputation <> coalesce(c.completed, 0) or m.user2_reputation <> coalesce(c.completed, 0)
            """),
        ("I4 no credit is missing",
            "select e::text from expected e where not exists (select from public.reputation_credits c where (c.user_id, c.session_id, c.outcome) = (e.user_id, e.session_id, e.outcome))"),
        ("I4 no credit is too many",
            """
            select c::text from public.reputation_credits c join stored s on s.id = c.session_id
            where not exists (select from expected e where (c.user_id, c.session_id, c.outcome) = (e.user_id, e.session_id, e.outcome))
            """),
        ("I5 rows equal states",
            "select r::text || ' <> ' || s::text from rows r join stored s using (id) where r is distinct from s"),
        ("I5 a state has its row",
            "select s::text from stored s where not exists (select from rows r where r.id = s.id)"),
        ("I5 match rows equal states",
            """
            select m::text || ' <> ' || k.state from keyed k left join public.wingman_matches m using (id)
            where k.name = 'match'
              and (m.user1_id, m.user2_id, m.status) is distinct from
                  ((k.state ->> 'user1')::uuid, (k.state ->> 'user2')::uuid, (k.state ->> 'status')::text)
            """),
    ];

    /// <summary>The names of the invariants.</summary>
    public static IEnumerable<string> Names => Queries.Select(static query => query.Name);

    /// <summary>Fails if an invariant is violated.</summary>
    public static async Task AssertAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        Assert.Empty(await CheckAsync(connection));
    }

    /// <summary>Asks within the connection's transaction.</summary>
    /// <returns>The violations, each with the invariant's name.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(NpgsqlConnection connection)
    {
        List<string> violations = [];
        foreach (var (name, sql) in Queries)
        {
            await using var command = new NpgsqlCommand($"{Views}\n{sql}", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) violations.Add($"{name}: {(reader.IsDBNull(0) ? "no row" : reader.GetString(0))}");
        }

        return violations;
    }
}
