using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>How many users' scores change with the take-over, under either way of counting.</summary>
internal sealed class ScoreChecks : IDoctorCheck
{
    // Both users of every session: what it means to them under each way, as one row.
    private static readonly string Sql = $"""
        with credits as (
          select u.user_id, {CreditSql.Of("s", "u.is_user1", CreditCounting.Fair)} as fair, {CreditSql.Of("s", "u.is_user1", CreditCounting.Legacy)} as legacy
          from public.wingman_sessions s
          join public.wingman_matches m on m.id = s.match_id
          cross join lateral (values (m.user1_id, true), (m.user2_id, false)) u (user_id, is_user1)),
        scores as (
          select user_id,
                 greatest(-5, least(20, count(*) filter (where fair = 'completed') - count(*) filter (where fair = 'no_show'))) as fair,
                 greatest(-5, least(20, count(*) filter (where legacy = 'completed') - count(*) filter (where legacy = 'no_show'))) as legacy
          from credits group by user_id)
        select count(*)::text, count(*) filter (where fair > legacy)::text, count(*) filter (where fair < legacy)::text,
               coalesce(max(abs(fair - legacy)), 0)::text
        from scores
        """;

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var row = (await connection.RowsAsync(Sql))[0];
        var (users, rising, falling, most) = (row[0], long.Parse(row[1]!, Invariant), long.Parse(row[2]!, Invariant), row[3]);
        return
        [
            new("scores.legacy", Severity.Ok, $"Wingman:Reputation:Counting=Legacy: none of {users} users' scores changes.") { Count = 0 },
            new("scores.fair", rising + falling == 0 ? Severity.Ok : Severity.Warning,
                $"Wingman:Reputation:Counting=Fair: of {users} users' scores {rising} rise and {falling} fall, by {most} at the most.") { Count = rising + falling },
        ];
    }

    private static readonly System.Globalization.CultureInfo Invariant = System.Globalization.CultureInfo.InvariantCulture;
}
