namespace Wingman.Testing.History;

/// <summary>The two users of a match.</summary>
public sealed record Pair(Guid Match, Guid User1, Guid User2)
{
    internal Guid this[Participant who] => who == Participant.User1 ? User1 : User2;
}
