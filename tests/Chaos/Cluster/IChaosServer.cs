using System.Net;
using Npgsql;

namespace Wingman.Chaos.Cluster;

/// <summary>The Postgres of a run, and the way in which it crashes.</summary>
internal interface IChaosServer : IAsyncDisposable
{
    /// <summary>How the checkers reach it, without a proxy in between.</summary>
    string ConnectionString { get; }

    /// <summary>Where it listens; several where a failover moves it from one to another.</summary>
    IReadOnlyList<EndPoint> Addresses { get; }

    /// <summary>What hosts on it should be configured with.</summary>
    IReadOnlyDictionary<string, string> HostSettings => new Dictionary<string, string>();

    /// <summary>The largest number of cohosted hosts that it can serve.</summary>
    int MaxHosts => int.MaxValue;

    /// <summary>Crashes the server without a warning, and restores service.</summary>
    /// <param name="downFor">How long to wait before service is restored.</param>
    /// <param name="starting">Called when restoring begins.</param>
    /// <param name="serving">Called when the server accepts writes again; after that only the former setup is restored.</param>
    /// <param name="cancellation">Ends the time of being down early.</param>
    Task CrashAsync(TimeSpan downFor, Action starting, Action serving, CancellationToken cancellation);

    /// <summary>For negative controls: from now on what the connection commits is acknowledged, and the next crash loses it.</summary>
    Task MakeCommitsLosableAsync(NpgsqlConnection connection, CancellationToken cancellation);
}
