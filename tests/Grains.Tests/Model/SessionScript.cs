using CsCheck;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Model;

/// <summary>Which of the two clusters, each with an activation of its own, is asked.</summary>
internal enum Side
{
    Left,
    Right,
}

/// <summary>Where the call's write fails, if it writes.</summary>
internal enum Crash
{
    None,
    BeforeWrite,
    AfterWrite,
}

/// <summary>One call of a script.</summary>
internal sealed record Call(SessionAction Action, Who Who, Side Side, Crash Crash)
{
    public override string ToString() => $"{Side} {Action} {Who}{(Crash == Crash.None ? "" : $" ({Crash})")}";
}

/// <summary>
/// A session's life: how its row is inserted, and calls in groups, each group at once.
/// </summary>
/// <param name="Created">What is inserted.</param>
/// <param name="IsDue">Whether its grace period has passed.</param>
/// <param name="Groups">The calls.</param>
internal sealed record SessionScript(ModelState Created, bool IsDue, Call[][] Groups)
{
    private static readonly Gen<Who> AnyWho = Gen.Frequency((5, Gen.Const(Who.User1)), (5, Gen.Const(Who.User2)), (1, Gen.Const(Who.Stranger)));

    private static readonly Gen<Crash> AnyCrash = Gen.Frequency((6, Gen.Const(Crash.None)), (1, Gen.Const(Crash.BeforeWrite)), (1, Gen.Const(Crash.AfterWrite)));

    private static readonly Gen<SessionAction> AnyAction = Gen.Frequency(
        (2, Gen.Const(SessionAction.Create)),
        (8, Gen.Const(SessionAction.Confirm)),
        (1, Gen.Const(SessionAction.Cancel)),
        (1, Gen.Const(SessionAction.Expire)),
        (2, Gen.Const(SessionAction.Read)),
        (2, Gen.Const(SessionAction.Deactivate)));

    private static readonly Gen<Call> AnyCall =
        Gen.Select(AnyAction, AnyWho, Gen.Enum<Side>(), AnyCrash, static (action, who, side, crash) => new Call(action, who, side, crash));

    private static readonly Gen<bool> Seldom = Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true)));

    private static readonly Gen<ModelState> AnyRow = Gen.Select(
        Gen.Frequency((4, Gen.Const(SessionStatus.Scheduled)), (1, Gen.Const(SessionStatus.InProgress))),
        Seldom,
        Seldom,
        static (status, user1, user2) => new ModelState(true, status, user1, user2));

    /// <summary>Scripts of up to six groups of up to three calls; most sessions exist from the start.</summary>
    public static Gen<SessionScript> Any { get; } = Gen.Select(
        AnyRow,
        Gen.Bool,
        Seldom,
        AnyCall.Array[1, 3].Array[1, 6],
        static (created, isDue, isCreatedLater, groups) =>
            new SessionScript(created, isDue, isCreatedLater ? groups : [[new Call(SessionAction.Create, Who.User1, Side.Left, Crash.None)], .. groups]));

    public override string ToString() =>
        $"inserted as {Created}, {(IsDue ? "due" : "not due")}: {string.Join("; ", Groups.Select(group => string.Join(" | ", group.AsEnumerable())))}";
}
