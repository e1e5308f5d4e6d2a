using Wingman.Testing.Models;

namespace Wingman.Grains.Tests.Races;

/// <summary>Which of two clusters on one database is called: each grain has an activation in both, without knowledge of the other one.</summary>
internal enum Side
{
    /// <summary>Its statements wait for locks.</summary>
    Left,

    /// <summary>Its statements skip locked rows and are retried.</summary>
    Right,
}

/// <summary>How a call's write ends, if it writes.</summary>
internal enum WriteFault
{
    None,

    /// <summary>It fails without having been sent.</summary>
    BeforeWrite,

    /// <summary>It is stored, and fails.</summary>
    AfterWrite,

    /// <summary>It is stored, its reply is lost, and the version check refuses its retry.</summary>
    LostReply,
}

/// <summary>At which moment of a call another program writes.</summary>
internal enum Gap
{
    BeforeRead,
    BetweenReadAndWrite,

    /// <summary>The other program holds the row and commits while our statement waits for it.</summary>
    DuringLockWait,

    /// <summary>The other program holds the row and commits after our statement has skipped it.</summary>
    WhileDeferred,
    BetweenCommitAndAnswer,
}

/// <summary>Another program's write in a gap of a call.</summary>
internal sealed record Disturbance(Gap Gap, OtherAct Act);

/// <summary>One call, and what happens to it.</summary>
internal sealed record Call(Operation Operation, Who Who, Side Side, WriteFault Fault = WriteFault.None, Disturbance? Disturbance = null)
{
    public override string ToString() => $"{Side} {Operation} {Who}{(Fault == WriteFault.None ? "" : $" ({Fault})")}";
}

/// <summary>Calls, and writes of another program, that are begun at the same moment.</summary>
internal sealed record Group(Call[] Calls, OtherAct[] Acts);

/// <summary>A scenario: a sequence of calls to a session and of other programs' writes.</summary>
/// <param name="Begin">What is in the database at its begin.</param>
/// <param name="Groups">What happens, one group after the other.</param>
internal sealed record Scenario(DatabaseState Begin, Group[] Groups)
{
    private static readonly OtherAct[] Acts = Enum.GetValues<OtherAct>();

    /// <summary>A match that is accepted, with a session in the future.</summary>
    public static DatabaseState Scheduled { get; } = new()
    {
        MatchExists = true,
        MatchStatus = "accepted",
        Exists = true,
        Status = "scheduled",
        User1 = false,
        User2 = false,
        Time = Time.Future,
    };

    /// <summary>Any scenario.</summary>
    public static Scenario Random(Random random) => new(
        AnyBegin(random),
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new Group(
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => AnyCall(random))],
            random.Next(3) == 0 ? [Pick(random, Acts)] : []))]);

    private static DatabaseState AnyBegin(Random random)
    {
        if (random.Next(8) == 0) return Scheduled.WithoutSession();

        return Scheduled with
        {
            Status = Pick(random, "scheduled", "scheduled", "scheduled", "in_progress", null),
            User1 = Pick<bool?>(random, false, false, false, true, null),
            User2 = Pick<bool?>(random, false, false, false, true, null),
            Time = Pick(random, Time.LongAgo, Time.Future, Time.None),
        };
    }

    private static Call AnyCall(Random random)
    {
        var operation = Pick(random, Operation.Confirm, Operation.Confirm, Operation.Confirm, Operation.Confirm, Operation.Confirm, Operation.Confirm, Operation.Cancel, Operation.Expire, Operation.Read, Operation.WriteNotes, Operation.Schedule, Operation.Deactivate);
        var who = Pick(random, Who.User1, Who.User1, Who.User1, Who.User2, Who.User2, Who.User2, Who.Stranger);
        var side = Pick(random, Side.Left, Side.Right);
        var call = new Call(operation, who, side);
        if (operation is Operation.Deactivate or Operation.Read) return call;

        if (random.Next(5) == 0) return call with { Fault = Pick(random, WriteFault.BeforeWrite, WriteFault.AfterWrite, WriteFault.LostReply) };
        if (random.Next(2) == 0) return call;

        var gap = Pick(random, Gap.BeforeRead, Gap.BetweenReadAndWrite, side == Side.Left ? Gap.DuringLockWait : Gap.WhileDeferred, Gap.BetweenCommitAndAnswer);
        return call with { Disturbance = new(gap, Pick(random, Acts)) };
    }

    private static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
