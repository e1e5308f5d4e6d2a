using Wingman.Sessions;

namespace Wingman.Grains.Tests.Rules;

/// <summary>A scheduled session, those who call, and the moment at which they do: where the tests of the rules begin.</summary>
internal static class RuleCase
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly UserId User1 = new(Guid.NewGuid());
    public static readonly UserId User2 = new(Guid.NewGuid());
    public static readonly UserId Stranger = new(Guid.NewGuid());

    public static readonly SessionState Scheduled = new()
    {
        Match = new(Guid.NewGuid()),
        User1 = User1,
        User2 = User2,
        Status = SessionStatus.Scheduled,
        ScheduledAt = Now.AddHours(-1),
    };
}
