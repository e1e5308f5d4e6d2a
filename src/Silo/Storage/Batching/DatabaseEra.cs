namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// Numbers the eras of the database as this process has seen them: a new one begins when a connection reaches another server
/// or timeline than the one before, which is what a failover or a restored backup looks like.
/// </summary>
internal sealed class DatabaseEra
{
    private readonly Lock _lock = new();
    private string? _identity;
    private string? _recorded;
    private int _era;

    /// <summary>The era of a connection.</summary>
    /// <param name="identity">The server's system identifier and timeline.</param>
    public int Of(string identity)
    {
        lock (_lock)
        {
            if (_identity is not null && _identity != identity) _era++;
            _identity = identity;
            return _era;
        }
    }

    /// <summary>Whether this process has recorded in the log that the server is the one that writes it.</summary>
    /// <param name="identity">The server's system identifier and timeline.</param>
    public bool IsRecorded(string identity)
    {
        lock (_lock) return _recorded == identity;
    }

    /// <summary>Remembers that this process has recorded it.</summary>
    /// <param name="identity">The server's system identifier and timeline.</param>
    public void SetRecorded(string identity)
    {
        lock (_lock) _recorded = identity;
    }
}
