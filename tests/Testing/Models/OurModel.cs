namespace Wingman.Testing.Models;

/// <summary>Who calls.</summary>
internal enum Who
{
    User1,
    User2,
    Stranger,
}

/// <summary>What a caller calls Wingman for.</summary>
internal enum Operation
{
    Confirm,
    Cancel,
    Expire,
    Read,
    WriteNotes,
    Schedule,

    /// <summary>The activation ends.</summary>
    Deactivate,
}

/// <summary>What a call does if only one call runs at a time: written from the contract, not from the code of the rules.</summary>
internal static class OurModel
{
    /// <summary>The notes that Wingman's callers write.</summary>
    public const string OurNotes = "ours";

    /// <summary>The session was cancelled already.</summary>
    public const string AlreadyCancelled = "AlreadyOver (cancelled)";

    /// <inheritdoc cref="AlreadyCancelled"/>
    public const string AlreadyNoShow = "AlreadyOver (no_show)";

    public static (DatabaseState Next, string Answer) Step(DatabaseState state, Operation operation, Who who) => operation switch
    {
        Operation.Deactivate => (state, ""),
        Operation.Schedule => Schedule(state),
        Operation.Expire => Expire(state),
        _ when !state.Exists => (state, "NotFound"),
        _ when who == Who.Stranger => (state, "NotParticipant"),
        Operation.Confirm => Confirm(state, who),
        Operation.Cancel => Cancel(state),
        // Whatever the session's status is.
        Operation.WriteNotes => (state with { Notes = OurNotes, Lines = state.Lines with { Notes = state.Lines.Notes + 1 } }, "Updated"),
        _ => (state, Shown(state.Status ?? "scheduled", state.User1 == true, state.User2 == true, state.Time)),
    };

    public static string Shown(string status, bool user1, bool user2, Time time) => $"{status} {user1} {user2} {time}";

    private static (DatabaseState Next, string Answer) Confirm(DatabaseState state, Who who)
    {
        if (state.IsOver) return (state, state.Status switch { "completed" => "AlreadyCompleted", "cancelled" => "Cancelled", _ => "NoShow" });

        var next = who == Who.User1 ? state with { User1 = true } : state with { User2 = true };
        if (next.IsConfirmed) return (Completed(next), "Completed");

        var isRepeated = next == state;
        return (isRepeated ? state : next with { Lines = next.Lines with { Confirmed = next.Lines.Confirmed + 1 } }, "WaitingForBuddy");
    }

    private static (DatabaseState Next, string Answer) Cancel(DatabaseState state) => state switch
    {
        { Status: "cancelled" } => (state, AlreadyCancelled),
        { IsOver: true } => (state, "AlreadyOver"),
        { IsConfirmed: true } => (Completed(state), "AlreadyOver"),
        _ => (state with { Status = "cancelled", Lines = state.Lines with { Cancelled = state.Lines.Cancelled + 1 } }, "Cancelled"),
    };

    private static (DatabaseState Next, string Answer) Expire(DatabaseState state) => state switch
    {
        { Exists: false } => (state, "NotFound"),
        { Status: "no_show" } => (state, AlreadyNoShow),
        { IsOver: true } => (state, "AlreadyOver"),
        { Time: not Time.LongAgo } => (state, "NotDue"),
        { IsConfirmed: true } => (Completed(state), "Completed"),
        _ => (state with { Status = "no_show", Lines = state.Lines with { NoShow = state.Lines.NoShow + 1 } }, "NoShow"),
    };

    private static (DatabaseState Next, string Answer) Schedule(DatabaseState state) => state switch
    {
        { MatchExists: false } => (state, "MatchNotFound"),
        { MatchStatus: not "accepted" } => (state, $"MatchNotAccepted {state.MatchStatus ?? "pending"}"),
        { IsActive: true } or { OtherSessions: > 0 } => (state, "AlreadyActive"),
        _ => (state with { OtherSessions = state.OtherSessions + 1 }, "Scheduled"),
    };

    private static DatabaseState Completed(DatabaseState state) => state with
    {
        Status = "completed",
        CompletedBy = CompletedBy.Wingman,
        Counter1 = state.Counter1 + 1,
        Counter2 = state.Counter2 + 1,
        Lines = state.Lines with { Completed = state.Lines.Completed + 1 },
    };
}
