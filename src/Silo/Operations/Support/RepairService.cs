using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Silo.Operations.Support;

/// <summary>How a repair ended.</summary>
internal enum RepairEnd
{
    /// <summary>It is done, durably.</summary>
    Done,

    /// <summary>There was nothing to do.</summary>
    Nothing,

    /// <summary>There is no such session.</summary>
    NotFound,

    /// <summary>It would break a promise.</summary>
    Refused,

    /// <summary>There was no answer in time: it may be done or not, and retrying is safe.</summary>
    Unknown,
}

/// <summary>The answer to an operator.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Text">What that means, in plain words.</param>
internal sealed record RepairAnswer(RepairEnd Outcome, string Text);

/// <summary>Carries out operators' repairs through the grains, and reports the result in plain words.</summary>
/// <param name="grains">The cluster.</param>
internal sealed class RepairService(IGrainFactory grains)
{
    /// <summary>How often the log is searched at least: an announcement that was in progress may append its line after the first search.</summary>
    private const int LeastSearches = 2;

    /// <summary>How often the log is searched at the most, where lines are found that were committed meanwhile.</summary>
    private const int MostSearches = 3;

    /// <summary>Repairs a session. Retrying is safe.</summary>
    /// <exception cref="StorageException">The database did not do it, or it is unknown whether it did.</exception>
    public async Task<RepairAnswer> RepairAsync(SessionId session, SessionRepair repair)
    {
        var result = await grains.GetSession(session).RepairAsync(repair);
        return result.Outcome switch
        {
            RepairOutcome.Done => new(RepairEnd.Done, Done(repair)),
            RepairOutcome.AlreadyDone => new(RepairEnd.Nothing, repair.Kind == RepairKind.Excuse
                ? $"Nothing changed: the session has {repair.User}'s confirmation already, and counts against the other user only (under Legacy counting against both)."
                : $"Nothing changed: the session is {Name(result.Status)} already."),
            RepairOutcome.NotFound => new(RepairEnd.NotFound, "There is no such session."),
            RepairOutcome.IsCompleted => Refuse("the session is completed. A completion is final: both have said that they met, and the match's counters and both reputations count it"),
            RepairOutcome.IsCancelled => Refuse("the session was cancelled. A cancellation is final: if the two met nevertheless, let them schedule a new session, and complete that one"),
            RepairOutcome.IsOpen => Refuse("the session is open. There is no no-show to remove: the two can confirm it, or it can be completed or cancelled by hand"),
            RepairOutcome.BothConfirmed => Refuse(repair.Kind == RepairKind.Excuse
                ? "the other has confirmed or was excused. If both were there, the session took place: complete it"
                : "both have confirmed. A session that both have confirmed can only be completed: complete it"),
            RepairOutcome.OtherSessionOpen => Refuse("the match has another open session, and may have one only: complete or cancel one of the two by hand"),
            RepairOutcome.NotParticipant => Refuse("the user who is to be excused is not one of the session's two"),
            RepairOutcome.IncompleteAct => Refuse(NeedsAct),
            _ => throw new InvalidOperationException($"{result.Outcome} is not an outcome of a repair."),
        };
    }

    /// <summary>Erases what Wingman keeps of a user. Retrying is safe.</summary>
    /// <exception cref="StorageException">The database did not do it, or it is unknown whether it did.</exception>
    public async Task<RepairAnswer> EraseAsync(UserId user, OperatorAct act)
    {
        if (!act.IsComplete) return Refuse(NeedsAct);

        var (lines, state) = (0L, false);
        for (var search = 1; search <= MostSearches; search++)
        {
            var (found, foundState) = await EraseOnceAsync(grains.GetReputation(user), act);
            (lines, state) = (lines + found, state || foundState);
            if (search >= LeastSearches && found == 0 && !foundState) break;
        }

        const string Rest = "The rest is the product's: the user's profile, and the rows of wingman_matches and wingman_sessions with their notes. As long as there are "
            + "such rows, a later read stores and logs the reputation again: delete the rows, and then erase again.";
        return lines == 0 && !state
            ? new(RepairEnd.Nothing, $"Nothing changed: Wingman's own tables do not contain the user's id. {Rest}")
            : new(RepairEnd.Done, $"Erased: the user's id is removed from {lines} lines of the log{(state ? ", and the stored reputation is deleted" : "")}. {Rest}");
    }

    /// <summary>Erases what Wingman keeps of a user, in one search of the whole log.</summary>
    /// <param name="reputation">The user's reputation.</param>
    /// <param name="act">Who does it, and why.</param>
    /// <returns>How many lines named the user, and whether there was a stored reputation.</returns>
    internal static async Task<(long Lines, bool State)> EraseOnceAsync(IUserReputationGrain reputation, OperatorAct act)
    {
        var (lines, state) = (0L, false);
        ErasurePosition? after = null;
        do
        {
            var step = await reputation.EraseAsync(act, after);
            (lines, state, after) = (lines + step.Lines, state || step.State, step.Next);
        }
        while (after is not null);
        return (lines, state);
    }

    private const string NeedsAct = "an operator's name (up to 100 characters) and a reason (up to 500), each of one line, are needed";

    private static RepairAnswer Refuse(string because) => new(RepairEnd.Refused, $"Refused: {because}.");

    private static string Done(SessionRepair repair) => repair.Kind switch
    {
        RepairKind.Complete => "Completed: the row has both confirmations, the match's counters have one more, and both reputations count it.",
        RepairKind.Cancel => "Cancelled: it counts for neither user (under Legacy counting against both).",
        RepairKind.Reopen => "Open again: it is scheduled for this moment, so both can confirm it, and a whole grace period runs from now.",
        RepairKind.Excuse => $"Excused: the no-show of {repair.User} is removed; the other user's stays (under Legacy counting the session still counts against both).",
        _ => throw new ArgumentOutOfRangeException(nameof(repair), repair.Kind, "There is no such repair."),
    };

    private static string Name(SessionStatus status) => status switch
    {
        SessionStatus.Completed => "completed",
        SessionStatus.Cancelled => "cancelled",
        _ => status.ToString(),
    };
}
