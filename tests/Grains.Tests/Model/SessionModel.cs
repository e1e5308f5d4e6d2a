using Wingman.Sessions;

namespace Wingman.Grains.Tests.Model;

/// <summary>Who asks.</summary>
internal enum Who
{
    User1,
    User2,
    Stranger,
}

/// <summary>What is asked for.</summary>
internal enum SessionAction
{
    /// <summary>The product inserts the row.</summary>
    Create,
    Confirm,
    Cancel,
    Expire,
    Read,

    /// <summary>The activation ends.</summary>
    Deactivate,
}

/// <summary>A session as it would be if one call ran at a time: written from the contract, not from the rules.</summary>
/// <param name="Exists">Whether its row was inserted.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="User1">Whether the first user has confirmed.</param>
/// <param name="User2">Whether the second user has confirmed.</param>
internal readonly record struct ModelState(bool Exists, SessionStatus Status, bool User1, bool User2)
{
    public bool IsOver => Status is SessionStatus.Completed or SessionStatus.Cancelled or SessionStatus.NoShow;

    public bool IsConfirmed => User1 && User2;

    /// <summary>The ledger's lines: user1's and user2's completions, user1's and user2's no-shows.</summary>
    public (int, int, int, int) Credits => Status switch
    {
        SessionStatus.Completed => (1, 1, 0, 0),
        SessionStatus.NoShow => (0, 0, User1 ? 0 : 1, User2 ? 0 : 1),
        _ => (0, 0, 0, 0),
    };
}

/// <summary>The sequential model.</summary>
internal static class SessionModel
{
    /// <summary>One call.</summary>
    /// <param name="state">The session before.</param>
    /// <param name="action">What is asked for.</param>
    /// <param name="who">Who asks.</param>
    /// <param name="created">What a creation inserts.</param>
    /// <param name="isDue">Whether the grace period has passed.</param>
    /// <returns>The session afterwards, and the answer as text.</returns>
    public static (ModelState Next, string Answer) Step(ModelState state, SessionAction action, Who who, ModelState created, bool isDue)
    {
        switch (action)
        {
            case SessionAction.Create:
                return (state.Exists ? state : created, "");
            case SessionAction.Deactivate:
                return (state, "");
            case SessionAction.Expire when !state.Exists:
                return (state, nameof(ExpireOutcome.NotFound));
            case SessionAction.Expire when state.IsOver || !isDue:
                return (state, Answers.NothingToExpire);
            case SessionAction.Expire when state.IsConfirmed:
                return (state with { Status = SessionStatus.Completed }, nameof(ExpireOutcome.Completed));
            case SessionAction.Expire:
                return (state with { Status = SessionStatus.NoShow }, nameof(ExpireOutcome.NoShow));
        }

        if (!state.Exists) return (state, nameof(ConfirmOutcome.NotFound));
        if (who == Who.Stranger) return (state, nameof(ConfirmOutcome.NotParticipant));
        return action switch
        {
            SessionAction.Confirm => Confirm(state, who),
            SessionAction.Cancel => Cancel(state),
            _ => (state, Answers.Read(state.Status, state.User1, state.User2)),
        };
    }

    private static (ModelState Next, string Answer) Confirm(ModelState state, Who who)
    {
        if (state.IsOver)
            return (state, state.Status == SessionStatus.Completed ? nameof(ConfirmOutcome.AlreadyCompleted) : state.Status.ToString());
        var next = who == Who.User1 ? state with { User1 = true } : state with { User2 = true };
        return next.IsConfirmed
            ? (next with { Status = SessionStatus.Completed }, nameof(ConfirmOutcome.Completed))
            : (next, nameof(ConfirmOutcome.WaitingForBuddy));
    }

    private static (ModelState Next, string Answer) Cancel(ModelState state)
    {
        if (state.IsOver) return (state, nameof(CancelOutcome.AlreadyOver));
        return state.IsConfirmed
            ? (state with { Status = SessionStatus.Completed }, nameof(CancelOutcome.AlreadyOver))
            : (state with { Status = SessionStatus.Cancelled }, nameof(CancelOutcome.Cancelled));
    }
}

/// <summary>Answers as text, so that the model's and the service's can be compared.</summary>
internal static class Answers
{
    /// <summary>Nothing was to expire: of a superseded activation "not due" may be the answer where "over" would be, too.</summary>
    public const string NothingToExpire = "nothing to expire";

    public static string Read(SessionStatus status, bool user1, bool user2) => $"{status} {user1} {user2}";
}
