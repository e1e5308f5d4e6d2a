namespace Wingman.Testing.Models;

/// <summary>What another program does to a session or its match.</summary>
internal enum OtherAct
{
    Cancel,
    NoShow,
    SetFlag1,
    SetFlag2,

    /// <summary>As the old backend does it for user2: in separate statements, with the counters read and then written back.</summary>
    CompleteTheOldWay,
    Postpone,
    Antedate,
    RemoveTime,
    Begin,
    RemoveStatus,
    RemoveFlags,
    WriteNotes,
    DeleteSession,
    DeclineMatch,
    LetMatchExpire,
    RemoveMatchStatus,
    AcceptMatch,
    DeleteMatch,
    InsertAnotherSession,
}

/// <summary>One statement of another program, and what it does to the model.</summary>
/// <param name="Name">What it is called in a history.</param>
/// <param name="Sql">The statement: $1 is the session, $2 the match. It returns a text if it affected a row.</param>
/// <param name="Step">The model's step.</param>
internal sealed record OtherStep(string Name, string Sql, Func<DatabaseState, (DatabaseState Next, string Answer)> Step)
{
    /// <summary>The answer of a statement that affected no row.</summary>
    public const string Nothing = "nothing";

    /// <summary>The time that the other program writes for a completion, by which its completions differ from ours.</summary>
    public const string CompletedAt = "2001-02-03 04:05:06+00";

    private const string Done = "done";

    private const string Flags =
        "coalesce(user1_completed_confirmed_by_user2::text, 'null') || ' ' || coalesce(user2_completed_confirmed_by_user1::text, 'null')";

    /// <summary>The first statement of another program's act.</summary>
    public static OtherStep First(OtherAct act) => act switch
    {
        OtherAct.Cancel => Session("status = 'cancelled'", static s => s with { Status = "cancelled" }),
        OtherAct.NoShow => Session("status = 'no_show'", static s => s with { Status = "no_show" }),
        OtherAct.SetFlag1 => Flag("user1_completed_confirmed_by_user2", static s => s with { User1 = true }),
        OtherAct.SetFlag2 or OtherAct.CompleteTheOldWay => Flag("user2_completed_confirmed_by_user1", static s => s with { User2 = true }),
        OtherAct.Postpone => Session("scheduled_time = now() + interval '9 days'", static s => s with { Time = Time.Future }),
        OtherAct.Antedate => Session("scheduled_time = now() - interval '9 days'", static s => s with { Time = Time.LongAgo }),
        OtherAct.RemoveTime => Session("scheduled_time = null", static s => s with { Time = Time.None }),
        OtherAct.Begin => Session("status = 'in_progress'", static s => s with { Status = "in_progress" }),
        OtherAct.RemoveStatus => Session("status = null", static s => s with { Status = null }),
        OtherAct.RemoveFlags => Session(
            "user1_completed_confirmed_by_user2 = null, user2_completed_confirmed_by_user1 = null", static s => s with { User1 = null, User2 = null }),
        OtherAct.WriteNotes => Session("notes = 'theirs'", static s => s with { Notes = "theirs" }),
        OtherAct.DeleteSession => OnSession("delete the session", "delete from public.wingman_sessions where id = $1", static s => s.WithoutSession()),
        OtherAct.DeclineMatch => Match("status = 'declined'", static s => s with { MatchStatus = "declined" }),
        OtherAct.LetMatchExpire => Match("status = 'expired'", static s => s with { MatchStatus = "expired" }),
        OtherAct.RemoveMatchStatus => Match("status = null", static s => s with { MatchStatus = null }),
        OtherAct.AcceptMatch => Match("status = 'accepted'", static s => s with { MatchStatus = "accepted" }),
        OtherAct.DeleteMatch => OnMatch(
            "delete the match", "delete from public.wingman_matches where id = $2", static s => new() { Lines = s.Lines }),
        OtherAct.InsertAnotherSession => OnMatch(
            "insert another session",
            "insert into public.wingman_sessions (match_id, status) select id, 'scheduled' from public.wingman_matches where id = $2",
            static s => s with { OtherSessions = s.OtherSessions + 1 }),
        _ => throw new ArgumentOutOfRangeException(nameof(act), act, null),
    };

    /// <summary>What the old backend does once it has set a flag and read that both are set.</summary>
    public static OtherStep Complete { get; } = Session(
        $"status = 'completed', completed_at = '{CompletedAt}'", static s => s with { Status = "completed", CompletedBy = CompletedBy.OtherWriter });

    /// <summary>The old backend reads the counters.</summary>
    public static OtherStep ReadCounters { get; } = new(
        "read the counters",
        "select user1_reputation || ' ' || user2_reputation from public.wingman_matches where id = $2",
        static s => (s, s.MatchExists ? $"{s.Counter1} {s.Counter2}" : Nothing));

    /// <summary>The old backend writes the counters back, with one added.</summary>
    public static OtherStep WriteCounters(int counter1, int counter2) => Match(
        $"user1_reputation = {counter1}, user2_reputation = {counter2}", s => s with { Counter1 = counter1, Counter2 = counter2 });

    /// <summary>The answer of a flag's statement when both are set.</summary>
    public const string BothFlags = "true true";

    private static OtherStep Session(string assignments, Func<DatabaseState, DatabaseState> change) =>
        OnSession($"set {assignments}", $"update public.wingman_sessions set {assignments} where id = $1", change);

    private static OtherStep Match(string assignments, Func<DatabaseState, DatabaseState> change) =>
        OnMatch($"set the match's {assignments}", $"update public.wingman_matches set {assignments} where id = $2", change);

    private static OtherStep OnSession(string name, string sql, Func<DatabaseState, DatabaseState> change) =>
        new(name, $"{sql} returning '{Done}'", s => s.Exists ? (change(s), Done) : (s, Nothing));

    private static OtherStep OnMatch(string name, string sql, Func<DatabaseState, DatabaseState> change) =>
        new(name, $"{sql} returning '{Done}'", s => s.MatchExists ? (change(s), Done) : (s, Nothing));

    private static OtherStep Flag(string column, Func<DatabaseState, DatabaseState> change) => new(
        $"set {column}",
        $"update public.wingman_sessions set {column} = true where id = $1 returning {Flags}",
        s =>
        {
            if (!s.Exists) return (s, Nothing);
            var next = change(s);
            return (next, $"{Text(next.User1)} {Text(next.User2)}");
        });

    private static string Text(bool? flag) => flag switch { true => "true", false => "false", null => "null" };
}
