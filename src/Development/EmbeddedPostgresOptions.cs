namespace Wingman.Development;

/// <summary>What a private Postgres server should be like.</summary>
public sealed class EmbeddedPostgresOptions
{
    /// <summary>Where the data should live. When the server's user cannot work there, another place is chosen and noted beside it.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether the data outlives the server (default), or is removed when it stops.</summary>
    public bool Keep { get; init; } = true;

    /// <summary>Overrides of postgresql.conf, applied at every start. None is needed for durability: the defaults are durable.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a start may take, crash recovery and waiting for a predecessor's end included. Default: 60 seconds.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The kept server of the repository that the program runs from: <c>.wingman/postgres</c> beside <c>Wingman.sln</c>.</summary>
    public static EmbeddedPostgresOptions InRepository() => new()
    {
        Directory = Path.Combine(RepositoryRoot.Above(AppContext.BaseDirectory) ?? Environment.CurrentDirectory, ".wingman", "postgres"),
    };

    /// <summary>A throw-away server in the temporary directory, gone with the process.</summary>
    /// <param name="settings">Overrides of postgresql.conf.</param>
    public static EmbeddedPostgresOptions ThrowAway(IReadOnlyDictionary<string, string>? settings = null) => new()
    {
        Directory = Path.Combine(Path.GetTempPath(), $"wingman-{Guid.NewGuid():N}"[..20]),
        Keep = false,
        Settings = settings ?? new Dictionary<string, string>(),
    };
}
