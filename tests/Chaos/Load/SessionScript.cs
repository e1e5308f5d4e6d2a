using Wingman.Testing.History;

namespace Wingman.Chaos.Load;

/// <summary>What each of the two users does with a session, both at the same time.</summary>
internal sealed class SessionScript(bool endsSession, IReadOnlyList<Step> user1, IReadOnlyList<Step> user2)
{
    private static readonly (int Weight, SessionScript Script)[] All =
    [
        (50, new(true, [Step.Confirm, Step.Confirm, Step.Read, Step.Reputation], [Step.Read, Step.Confirm, Step.Confirm, Step.Read])),
        (20, new(true, [Step.Confirm, Step.Read, Step.Reputation], [Step.Confirm, Step.Reputation, Step.Read])),
        (12, new(true, [Step.Confirm, Step.Read, Step.Confirm], [Step.Read, Step.Cancel, Step.Confirm, Step.Read])),
        (8, new(true, [Step.Confirm, Step.Confirm, Step.Cancel, Step.Read], [Step.Confirm, Step.Cancel, Step.Read])),
        (10, new(false, [Step.Confirm, Step.Read, Step.Confirm, Step.Read], [Step.Read, Step.Read, Step.Reputation])),
    ];

    /// <summary>Whether the session is over after it, whatever else happened.</summary>
    public bool EndsSession => endsSession;

    public static SessionScript Choose(Random random)
    {
        var ticket = random.Next(All.Sum(static choice => choice.Weight));
        foreach (var (weight, script) in All)
        {
            ticket -= weight;
            if (ticket < 0) return script;
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    public async Task PlayAsync(SessionActor actor, Participant who)
    {
        foreach (var step in who == Participant.User1 ? user1 : user2)
        {
            await (step switch
            {
                Step.Confirm => actor.ConfirmAsync(),
                Step.Cancel => actor.CancelAsync(),
                Step.Read => actor.ReadAsync(),
                Step.Reputation => actor.ReadReputationAsync(),
                _ => throw new ArgumentOutOfRangeException(nameof(who)),
            });
        }
    }
}

/// <summary>One thing a user does.</summary>
internal enum Step
{
    Confirm,
    Cancel,
    Read,
    Reputation,
}
