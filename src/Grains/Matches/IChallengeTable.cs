namespace Wingman.Matches;

/// <summary>Whether the challenges that a request to schedule a session names are valid.</summary>
internal enum ChallengeCheck
{
    /// <summary>They exist, or the database has no challenges and they need not.</summary>
    Valid = 0,

    /// <summary>The database has challenges, and none is named for a user.</summary>
    Missing = 1,

    /// <summary>A challenge does not exist, or both are the same.</summary>
    Invalid = 2,
}

/// <summary>Checks challenges against the product's table, on a database that has it.</summary>
internal interface IChallengeTable
{
    /// <summary>Checks the two challenges of a session.</summary>
    /// <exception cref="StorageException">The database could not be queried.</exception>
    Task<ChallengeCheck> CheckAsync(Guid? user1Challenge, Guid? user2Challenge);
}
