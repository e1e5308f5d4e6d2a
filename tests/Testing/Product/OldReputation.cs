namespace Wingman.Testing.Product;

/// <summary>A reputation as the old backend answers it, without its cache of five minutes.</summary>
public sealed record OldReputation(int CompletedSessions, int NoShows)
{
    /// <summary>Completed sessions less no-shows, limited to the range from -5 to 20.</summary>
    public int Score => Math.Clamp(CompletedSessions - NoShows, -5, 20);

    /// <summary>The badge's colour.</summary>
    public string BadgeColor => Score switch { >= 10 => "gold", >= 0 => "green", _ => "red" };
}
