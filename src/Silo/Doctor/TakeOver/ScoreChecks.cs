using Npgsql;
using Wingman.Reputation;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>How each user's score changes with the take-over, under either way of counting.</summary>
internal sealed class ScoreChecks : IDoctorCheck
{
    // A row for each user of each session: what the session counts for the user under either way of counting.
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
        select (select count(*) from scores)::text, user_id::text, legacy::text, fair::text
        from (select null) always left join scores on fair <> legacy
        order by abs(fair - legacy) desc, user_id
        """;

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        // The first column is the number of users; a single row without a user says that no score changes.
        var rows = await connection.RowsAsync(Sql);
        var users = rows[0][0];
        ScoreChange[] changes =
            [.. rows.Where(static row => row[1] is not null).Select(static row => new ScoreChange(row[1]!, int.Parse(row[2]!, Invariant), int.Parse(row[3]!, Invariant)))];
        var rising = changes.Count(static change => change.Fair > change.Legacy);
        var falling = changes.Length - rising;
        var most = changes.Length == 0 ? 0 : Math.Abs(changes[0].Fair - changes[0].Legacy);
        return
        [
            new("scores.legacy", Severity.Ok, $"Wingman:Reputation:Counting=Legacy: none of {users} users' scores changes.") { Count = 0 },
            new("scores.fair", rising + falling == 0 ? Severity.Ok : Severity.Warning,
                $"Wingman:Reputation:Counting=Fair: of {users} users' scores {rising} rise and {falling} fall, by {most} at the most.") { Count = changes.Length, Scores = changes },
        ];
    }

    private static readonly System.Globalization.CultureInfo Invariant = System.Globalization.CultureInfo.InvariantCulture;
}
