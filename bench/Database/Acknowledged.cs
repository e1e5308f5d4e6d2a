namespace Wingman.Bench.Database;

/// <summary>What the load generator was told is durable: the claim that a run's database is held against.</summary>
internal sealed class Acknowledged(DatabaseShape shape)
{
    private readonly Flags[] _sessions = new Flags[shape.Sessions];
    private readonly HashSet<int> _scheduled = [];

    [Flags]
    private enum Flags : byte
    {
        None = 0,
        User1 = 1,
        User2 = 2,
        Both = 3,
    }

    public DatabaseShape Shape => shape;

    /// <summary>Matches that got a session during the run.</summary>
    public IReadOnlySet<int> Scheduled => _scheduled;

    public int Completions => _sessions.Count(flags => flags == Flags.Both);

    public void Confirm(int session, bool isUser1) => _sessions[session] |= isUser1 ? Flags.User1 : Flags.User2;

    public void Schedule(int match) => _scheduled.Add(match);

    public bool IsConfirmed(int session, bool isUser1) => _sessions[session].HasFlag(isUser1 ? Flags.User1 : Flags.User2);

    public bool IsCompleted(int session) => _sessions[session] == Flags.Both;
}
