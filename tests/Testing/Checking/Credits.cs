using Wingman.Sessions;

namespace Wingman.Testing.Checking;

/// <summary>What a user's sessions add up to.</summary>
/// <param name="Completed">Sessions that were completed.</param>
/// <param name="NoShows">Sessions that ended as a no-show without this user's confirmation.</param>
internal readonly record struct Credits(int Completed, int NoShows)
{
    /// <summary>Completed less no-shows, within the contract's bounds.</summary>
    public int Score => Math.Clamp(Completed - NoShows, -5, 20);

    /// <summary>Counts the rows as the contract defines it, without the service's code. Users without credits are left out.</summary>
    public static IReadOnlyDictionary<Guid, Credits> Count(IEnumerable<SessionRow> sessions)
    {
        Dictionary<Guid, Credits> all = [];
        foreach (var session in sessions)
        {
            switch (session.State.Status)
            {
                case SessionStatus.Completed:
                    Add(session.User1, new(1, 0));
                    Add(session.User2, new(1, 0));
                    break;
                case SessionStatus.NoShow:
                    if (!session.State.User1Confirmed) Add(session.User1, new(0, 1));
                    if (!session.State.User2Confirmed) Add(session.User2, new(0, 1));
                    break;
            }
        }

        return all;

        void Add(Guid user, Credits more)
        {
            var sum = all.GetValueOrDefault(user);
            all[user] = new(sum.Completed + more.Completed, sum.NoShows + more.NoShows);
        }
    }
}
