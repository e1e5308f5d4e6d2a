using Wingman.Sessions;
using Wingman.Testing.Checking;

namespace Wingman.Chaos.Explanations;

/// <summary>Compares the oddities of an explanation with what the load knows: each must be possible, and each certain one must be there.</summary>
internal static class OdditiesCheck
{
    /// <summary>The contradictions.</summary>
    public static IEnumerable<string> Check(SessionRecord record, RecordedFacts facts, SessionRow row, ReportedSession explanation)
    {
        var said = explanation.Oddities.Select(static oddity => oddity.Code).ToHashSet();
        var must = Must(record, facts, row).ToHashSet();
        foreach (var missing in must.Except(said)) yield return $"it lacks the oddity {missing}";
        foreach (var wrong in said.Except(must).Except(May(record, facts))) yield return $"it has the oddity {wrong}, which is wrong";
    }

    private static IEnumerable<string> Must(SessionRecord record, RecordedFacts facts, SessionRow row)
    {
        var both = row.State is { User1Confirmed: true, User2Confirmed: true };
        if (row.State.Status == SessionStatus.Completed && !both) yield return "completed_without_both";
        if (row.State.Status == SessionStatus.NoShow && row.State.User1Confirmed != row.State.User2Confirmed)
            yield return "expired_with_confirmation";
        if (record.Acts.Any(static act => act.RepairLine is not null && act.IsDone)) yield return "repaired";
        var (flag1, flag2) = (row.State.User1Confirmed, row.State.User2Confirmed);
        if ((flag1 && IsForeign(record.Pair.User1)) || (flag2 && IsForeign(record.Pair.User2))) yield return "flag_without_event";
        if (row.State.Status == SessionStatus.Cancelled && facts.CanEndForeign(SessionStatus.Cancelled) && record.Acts.All(static act => act.Kind is not (ActKind.Cancel or ActKind.RepairCancel)))
            yield return "cancelled_without_event";
        if (row.State.Status == SessionStatus.Completed && record.Acts.All(static act => act.Kind is not (ActKind.Confirm or ActKind.RepairComplete)))
            yield return "completed_without_event";

        bool IsForeign(Guid user) => facts.FirstAsked(ActKind.Confirm, user) is null
            && !record.Acts.Any(act => act.Kind == ActKind.RepairComplete || (act.Kind == ActKind.Excuse && act.User == user));
    }

    private static IEnumerable<string> May(SessionRecord record, RecordedFacts facts)
    {
        if (record.Acts.Any(static act => act.RepairLine is not null)) yield return "repaired";
        if (facts.HasOtherSource(record.Pair.User1) || facts.HasOtherSource(record.Pair.User2)) yield return "flag_without_event";
        if (!record.HasForeign) yield break;
        // The load cannot know which of another program's statements had run when a grain read the row.
        string[] possible =
            ["foreign_changes", "completed_without_event", "counters_differ", "counter_too_low", "other_completion_time", "changed_after_end", "both_flags_but_open", "completed_at_no_time"];
        foreach (var code in possible) yield return code;
        if (record.Acts.Any(static act => act.Kind == ActKind.ForeignUnflag)) yield return "event_without_flag";
        if (facts.CanEndForeign(SessionStatus.Cancelled)) yield return "cancelled_without_event";
    }
}
