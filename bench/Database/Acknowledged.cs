namespace Wingman.Bench.Database;

/// <summary>What was acknowledged to the load generator: a run's database is compared with this.</summary>
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

    /// <summary>The number of completed sessions that some users were answered, after the last call that changed anything.</summary>
    public Dictionary<Guid, long> Reputations { get; } = [];

    public void Confirm(int session, bool isUser1) => _sessions[session] |= isUser1 ? Flags.User1 : Flags.User2;

    public void Schedule(int match) => _scheduled.Add(match);

    /// <summary>Whether the run completed any session.</summary>
    public bool HasCompletions => _sessions.Contains(Flags.Both);

    /// <summary>How many confirmations of a session were acknowledged in the run.</summary>
    public int ConfirmationsOf(int session) => _sessions[session] switch
    {
        Flags.None => 0,
        Flags.Both => 2,
        _ => 1,
    };

    /// <summary>Whether a participant has confirmed: acknowledged in the run, or before it.</summary>
    public bool IsConfirmed(int session, bool isUser1) => shape.IsOver || _sessions[session].HasFlag(isUser1 ? Flags.User1 : Flags.User2);

    /// <summary>Whether the run completed it.</summary>
    public bool IsCompleted(int session) => _sessions[session] == Flags.Both;
}
