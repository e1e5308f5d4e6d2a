namespace Wingman.Testing.Product;

/// <summary>Gives a session the columns of its kind.</summary>
internal sealed class SessionShapes(Random random, DateTimeOffset now)
{
    private static readonly SessionKind[] Kinds = Enum.GetValues<SessionKind>();

    /// <summary>How many of a thousand sessions; a kind that is not named here has five.</summary>
    private static readonly Dictionary<SessionKind, int> PerThousand = new()
    {
        [SessionKind.Forgotten] = 360,
        [SessionKind.Upcoming] = 60,
        [SessionKind.InProgress] = 30,
        [SessionKind.HalfConfirmed] = 90,
        [SessionKind.Completed] = 250,
        [SessionKind.Cancelled] = 60,
        [SessionKind.NoShow] = 30,
        [SessionKind.SecondActive] = 20,
        [SessionKind.BothFlagsNotCompleted] = 15,
    };

    private static readonly SessionKind[] Weighted =
        [.. Kinds.SelectMany(static kind => Enumerable.Repeat(kind, PerThousand.GetValueOrDefault(kind, 5)))];

    /// <summary>The first sessions are one of each kind, so that a small database has them all; the others are random.</summary>
    public SessionKind KindOf(int index) => index < Kinds.Length ? Kinds[index] : Weighted[random.Next(Weighted.Length)];

    /// <param name="session">A session that is scheduled at some time of the past year and has no flag set.</param>
    /// <param name="kind">What to make of it.</param>
    public ProductSession Shape(ProductSession session, SessionKind kind)
    {
        var completedAt = session.ScheduledAt + TimeSpan.FromMinutes(random.Next(20, 600));
        var one = random.Next(2) == 0;
        var half = session with { User1Flag = one, User2Flag = !one };
        var both = session with { User1Flag = true, User2Flag = true };
        var completed = both with { Status = "completed", CompletedAt = completedAt };
        var shaped = kind switch
        {
            SessionKind.Forgotten => session,
            SessionKind.Upcoming => session with { ScheduledAt = now + TimeSpan.FromMinutes(random.Next(1, 60_000)) },
            SessionKind.InProgress => session with { Status = "in_progress" },
            SessionKind.HalfConfirmed => half,
            SessionKind.Completed => completed,
            SessionKind.Cancelled => session with { Status = "cancelled" },
            SessionKind.NoShow => session with { Status = "no_show" },
            SessionKind.NoShowHalfConfirmed => half with { Status = "no_show" },
            SessionKind.SecondActive => session with { Status = one ? "scheduled" : "in_progress" },
            SessionKind.BothFlagsNotCompleted => both with { Status = one ? "scheduled" : "in_progress" },
            SessionKind.NullStatus => session with { Status = null },
            SessionKind.NullFlags => session with { User1Flag = null, User2Flag = null },
            SessionKind.NullFlagBesideSetFlag => session with { User1Flag = one ? true : null, User2Flag = one ? null : true },
            SessionKind.NullTime => session with { ScheduledAt = null },
            SessionKind.NullEverything => new(session.Id, session.Match, null, null, null, null, null, null, null, null, null, null),
            SessionKind.CompletedWithOneFlag => completed with { User1Flag = one, User2Flag = !one },
            SessionKind.CompletedWithoutFlags => completed with { User1Flag = false, User2Flag = false },
            SessionKind.CompletedWithNullFlags => completed with { User1Flag = null, User2Flag = null },
            SessionKind.CompletedAtNoTime => completed with { CompletedAt = null },
            SessionKind.CompletedBeforeItsTime =>
                completed with { ScheduledAt = now + TimeSpan.FromDays(random.Next(1, 30)), CompletedAt = session.ScheduledAt },
            SessionKind.CancelledWithOneFlag => half with { Status = "cancelled" },
            SessionKind.CancelledWithBothFlags => both with { Status = "cancelled" },
            SessionKind.NoShowWithBothFlags => both with { Status = "no_show" },
            SessionKind.Reopened => session with { CompletedAt = completedAt },
            SessionKind.FarFuture => session with { ScheduledAt = now + TimeSpan.FromDays(random.Next(1_000, 30_000)) },
            SessionKind.Ancient => session with { ScheduledAt = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(random.Next(10_000)) },
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No shape is known for this kind."),
        };
        return shaped with { Kind = kind };
    }
}
