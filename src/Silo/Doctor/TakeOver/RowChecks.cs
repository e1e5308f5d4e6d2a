using Npgsql;
using Wingman.Silo.Storage.Rows;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Unusual rows, and how Wingman treats them.</summary>
internal sealed class RowChecks : IDoctorCheck
{
    /// <summary>The matches with more than one active session.</summary>
    public const string SeveralActiveSql =
        $"select match_id as id from public.wingman_sessions where {Open} group by match_id having count(*) > 1";

    private const string Open = StoredNames.IsOpen;
    private const string Flag1 = "coalesce(user1_completed_confirmed_by_user2, false)";
    private const string Flag2 = "coalesce(user2_completed_confirmed_by_user1, false)";

    private static readonly (string Check, string Sql, string Meaning)[] Oddities =
    [
        ("rows.half_confirmed", Sessions($"{Open} and {Flag1} <> {Flag2}"),
            "open sessions have one confirmation. The old backend's two endpoints write one person's confirmation to opposite columns, so it is unknown "
            + "whose it is: the next confirmation may complete the session or only repeat the existing one"),
        ("rows.both_flags_but_open", Sessions($"{Open} and {Flag1} and {Flag2}"),
            "open sessions have both confirmations (a crash or race of the old backend). The next confirmation completes them and counts once"),
        ("rows.never_closed", Sessions($"{Open} and not ({Flag1} and {Flag2}) and scheduled_time < now() - interval '24 hours'"),
            "open sessions are more than a day past their time. They are not changed: the no-show detection ignores sessions scheduled for a time before it "
            + "was switched on"),
        ("rows.several_active", SeveralActiveSql,
            "matches have several active sessions. Each can be confirmed; a new one is refused until all are over"),
        ("rows.null_status", Sessions("status is null"), "sessions have no status. They are treated as scheduled"),
        ("rows.unknown_status", Sessions(StoredNames.IsUnknown),
            "sessions have a status that Wingman does not know: reading or confirming them fails with 500"),
        ("rows.no_time", Sessions($"{Open} and scheduled_time is null"),
            "open sessions have no time. They can be confirmed at any time, and never become a no-show"),
        ("rows.completed_without_word", Sessions($"status = 'completed' and not ({Flag1} and {Flag2})"),
            "completed sessions lack a confirmation (forged, or completed by hand). Fair counting credits both users, Legacy only those who confirmed"),
        ("rows.completed_at_no_time", Sessions("status = 'completed' and completed_at is null"),
            "completed sessions have no time of completion. The history dates them by their scheduled time"),
        ("rows.null_counter", "select id from public.wingman_matches where user1_reputation is null or user2_reputation is null",
            "matches have an empty counter. It is treated as 0 at the next completion"),
        ("rows.match_status", "select id from public.wingman_matches where status is null or status not in ('pending', 'accepted', 'declined', 'expired')",
            "matches have another status than pending, accepted, declined or expired. No session can be scheduled for them"),
    ];

    public bool ReadsRows => true;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        foreach (var (check, sql, meaning) in Oddities)
        {
            var (count, examples) = await connection.CountAsync(sql);
            if (count == 0) continue;

            findings.Add(new(check, check == "rows.unknown_status" ? Severity.Problem : Severity.Warning, $"{count} {meaning}.") { Count = count, Examples = examples });
        }

        if (findings.Count == 0) findings.Add(new("rows", Severity.Ok, "No row is unusual."));
        return findings;
    }

    private static string Sessions(string condition) => $"select id from public.wingman_sessions where {condition}";
}
