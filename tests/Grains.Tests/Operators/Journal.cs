using Wingman.Grains.Tests.Cluster;
using Wingman.Operators;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Operators;

/// <summary>The last writer of the row.</summary>
internal enum Writer
{
    Nobody,
    Wingman,
    Operator,
    Other,
}

/// <summary>
/// A record of what happened to a session, from the answers to calls and from the test's own writes to the row. It uses neither
/// the service's code nor its log.
/// </summary>
internal sealed class Journal(Meeting meeting)
{
    private static readonly NoShowTerms Terms = new(TimeSpan.FromHours(24), DateTimeOffset.MinValue, [], DateTimeOffset.MaxValue);

    private readonly bool[] _flags = new bool[2];
    private readonly Writer[] _flagsBy = new Writer[2];
    private readonly bool[] _told = new bool[2];
    private Writer _statusBy;
    private string? _ourEnd;
    private bool _isRescheduled;
    private bool _isCompletedByOperator;

    public Meeting Meeting => meeting;

    /// <summary>The row's status; null where the row was deleted.</summary>
    public string? Status { get; private set; } = "scheduled";

    public bool User1 => _flags[0];

    public bool User2 => _flags[1];

    /// <summary>What the log must contain, without lines about other programs' changes: kind, actor, operator, reason.</summary>
    public List<string> Lines { get; } = [];

    public bool HasForeignWrites { get; private set; }

    /// <summary>How often Wingman completed it: as often as the match's counters were raised.</summary>
    public int Completions { get; private set; }

    /// <summary>Runs a step.</summary>
    public async Task StepAsync(WingmanCluster cluster, int step, int number)
    {
        var session = cluster.Session(meeting);
        switch (step)
        {
            case 0 or 1 or 2 or 3:
                await ConfirmAsync(session, step % 2);
                break;
            case 4:
                // If another program has cancelled it since the grain last read the row, the user gets the same answer, and nothing is logged.
                var isNews = Status != "cancelled";
                if ((await session.CancelAsync(meeting.User2)).Outcome == CancelOutcome.Cancelled)
                {
                    if (isNews) End("cancelled", meeting.User2, null);
                }
                else if (IsOpen && User1 && User2)
                {
                    End("completed", null, null);
                }

                break;
            case 5 or 6:
                var expired = await session.ExpireAsync(Terms);
                if (expired == ExpireOutcome.NoShow) End("no_show", null, null);
                if (expired == ExpireOutcome.Completed) End("completed", null, null);
                break;
            case 7:
                await RepairAsync(session, new(RepairKind.Complete, Act(number)));
                break;
            case 8:
                await RepairAsync(session, new(RepairKind.Cancel, Act(number)));
                break;
            case 9:
                await RepairAsync(session, new(RepairKind.Reopen, Act(number)));
                break;
            case 10 or 11:
                await RepairAsync(session, new(RepairKind.Excuse, Act(number), step == 10 ? meeting.User1 : meeting.User2));
                break;
            case 12 when Status is not null:
                await cluster.Tables.SetAsync(meeting.Session, Tables.SetUser1);
                Set(0, Writer.Other);
                break;
            case 13 when Status is not null:
                await cluster.Tables.SetAsync(meeting.Session, "status = 'completed', completed_at = now()");
                End("completed");
                break;
            case 14 when Status is not null:
                await cluster.Tables.SetAsync(meeting.Session, "status = 'cancelled', completed_at = null");
                End("cancelled");
                break;
            case 15 when Status is not null:
                await cluster.Tables.SetAsync(meeting.Session, "user1_completed_confirmed_by_user2 = false, user2_completed_confirmed_by_user1 = null");
                (_flags[0], _flags[1]) = (false, false);
                HasForeignWrites = true;
                break;
            case 16 when Status is not null:
                await cluster.Tables.DeleteAsync(meeting.Session);
                Status = null;
                HasForeignWrites = true;
                break;
        }
    }

    /// <summary>The codes that an explanation must name, and no others.</summary>
    /// <param name="isNoticed">Whether the log has a line about a grain that detected another program's change.</param>
    public SortedSet<string> Oddities(bool isNoticed)
    {
        SortedSet<string> odd = new(StringComparer.Ordinal);
        if (Status is null)
        {
            if (Lines.Count > 0 || isNoticed) odd.Add("no_row");
            return odd;
        }

        for (var user = 0; user < 2; user++)
        {
            if (_flags[user] && _flagsBy[user] == Writer.Other && !_told[user] && !_isCompletedByOperator) odd.Add("flag_without_event");
            if (!_flags[user] && _told[user]) odd.Add("event_without_flag");
        }

        if (!IsOpen && _statusBy == Writer.Other && _ourEnd != Status) odd.Add($"{Status}_without_event");
        if (_ourEnd is not null && _ourEnd != Status) odd.Add("changed_after_end");
        if (Status == "completed" && !(User1 && User2)) odd.Add("completed_without_both");
        if (Status == "completed" && _statusBy == Writer.Other && _ourEnd == "completed") odd.Add("other_completion_time");
        if (Status == "no_show" && User1 != User2) odd.Add("expired_with_confirmation");
        if (Lines.Exists(static line => line.Contains("olga", StringComparison.Ordinal))) odd.Add("repaired");
        if (IsOpen && User1 && User2) odd.Add("both_flags_but_open");
        if (IsOpen && !_isRescheduled) odd.Add("never_due");
        if (Completions != (Status == "completed" ? 1 : 0)) odd.Add("counters_differ");
        return odd;
    }

    private bool IsOpen => Status == "scheduled";

    private static OperatorAct Act(int number) => new("olga", $"ticket {number}");

    private async Task ConfirmAsync(ISessionGrain session, int index)
    {
        var user = index == 0 ? meeting.User1 : meeting.User2;
        var outcome = (await session.ConfirmCompletionAsync(user)).Outcome;
        if (outcome == ConfirmOutcome.WaitingForBuddy && !_flags[index])
        {
            Lines.Add($"confirmed {user}  ");
            Set(index, Writer.Wingman);
        }
        else if (outcome == ConfirmOutcome.Completed)
        {
            Set(index, Writer.Wingman);
            End("completed", user, null);
        }
    }

    private async Task RepairAsync(ISessionGrain session, SessionRepair repair)
    {
        if ((await session.RepairAsync(repair)).Outcome != RepairOutcome.Done) return;

        switch (repair.Kind)
        {
            case RepairKind.Complete:
                Set(0, Writer.Operator);
                Set(1, Writer.Operator);
                _isCompletedByOperator = true;
                End("completed", null, repair.Act);
                break;
            case RepairKind.Cancel:
                End("cancelled", null, repair.Act);
                break;
            case RepairKind.Reopen:
                Lines.Add($"reopened  {repair.Act.Operator} {repair.Act.Reason}");
                (Status, _statusBy, _ourEnd, _isRescheduled) = ("scheduled", Writer.Operator, null, true);
                break;
            case RepairKind.Excuse:
                Lines.Add($"excused {repair.User} {repair.Act.Operator} {repair.Act.Reason}");
                Set(repair.User == meeting.User1 ? 0 : 1, Writer.Wingman);
                break;
        }
    }

    private void Set(int user, Writer by)
    {
        if (!_flags[user] || by == Writer.Wingman) _flagsBy[user] = by;
        _flags[user] = true;
        if (by == Writer.Wingman) _told[user] = true;
        if (by == Writer.Other) HasForeignWrites = true;
    }

    private void End(string status, UserId? actor, OperatorAct? act)
    {
        Lines.Add($"{status} {actor} {act?.Operator} {act?.Reason}");
        (Status, _statusBy, _ourEnd) = (status, act is null ? Writer.Wingman : Writer.Operator, status);
        if (status == "completed") Completions++;
    }

    private void End(string byOther)
    {
        (Status, _statusBy) = (byOther, Writer.Other);
        HasForeignWrites = true;
    }
}
