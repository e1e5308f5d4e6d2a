using System.Net;
using Npgsql;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.Chaos.Cluster;

/// <summary>
/// A primary and a synchronous standby. After a crash the standby is promoted. The former primary's data are not used again: it
/// returns empty, as the standby of the new primary.
/// </summary>
internal sealed class ReplicatedServer : IChaosServer
{
    private static readonly TimeSpan PromotionTime = TimeSpan.FromSeconds(60);

    private readonly PostgresNode[] _nodes;
    private readonly CleanupShell _cleanup;
    private int _primary;

    private ReplicatedServer(PostgresNode[] nodes, CleanupShell cleanup) => (_nodes, _cleanup) = (nodes, cleanup);

    public string ConnectionString => new NpgsqlConnectionStringBuilder(
        ChaosDatabase.CheckersConnectionTo(string.Join(',', _nodes.Select(static node => node.Host))))
    {
        MaxPoolSize = 10,
        TargetSessionAttributes = "primary",
        HostRecheckSeconds = 1,
    }.ConnectionString;

    public IReadOnlyList<EndPoint> Addresses => [.. _nodes.Select(static node => node.Address)];

    private PostgresNode Primary => _nodes[_primary];

    private PostgresNode Standby => _nodes[1 - _primary];

    /// <summary>What is missing on this machine; null if nothing is.</summary>
    public static async Task<string?> WhatIsMissingAsync(CancellationToken cancellation)
    {
        var program = Path.Combine((await PostgresBinaries.FindAsync(null, cancellation)).Directory, "pg_basebackup");
        return File.Exists(program) ? null : $"{program} is missing (Debian: postgresql)";
    }

    /// <summary>Starts both.</summary>
    public static async Task<ReplicatedServer> StartAsync(CancellationToken cancellation)
    {
        var binaries = await PostgresBinaries.FindAsync(null, cancellation);
        var place = Path.Combine(Path.GetTempPath(), $"wingman-pair-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(place);
        var cleanup = CleanupShell.Start("rm -rf -- \"$1\"", place);
        PostgresNode[] nodes =
            [await PostgresNode.CreateAsync(binaries, Path.Combine(place, "1"), cancellation), await PostgresNode.CreateAsync(binaries, Path.Combine(place, "2"), cancellation)];
        return await new ReplicatedServer(nodes, cleanup).StartedAsync(async server =>
        {
            await server.Primary.InitializeAsync(cancellation);
            await server.Primary.StartAsync(null, cancellation);
            await server.AttachStandbyAsync(cancellation);
        });
    }

    public async Task CrashAsync(TimeSpan downFor, Action starting, Action serving, CancellationToken cancellation)
    {
        await Primary.KillAsync();
        await Task.Delay(downFor, cancellation);
        starting();
        await Standby.QueryAsync($"select pg_promote(true, {PromotionTime.TotalSeconds:0})", cancellation);
        await Standby.QueryUntilAsync("the standby is promoted", "select pg_is_in_recovery()", static answer => answer is false, cancellation);
        serving();
        Primary.Replication.Heal();
        _primary = 1 - _primary;
        await AttachStandbyAsync(cancellation);
    }

    /// <summary>Replication becomes asynchronous, and what the primary sends is held back on its way.</summary>
    public async Task MakeCommitsLosableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await SetStandbysAsync("", cancellation);
        Primary.Replication.Cut(CutDirection.ToClient);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await _cleanup.DisposeAsync();
    }

    private async Task AttachStandbyAsync(CancellationToken cancellation)
    {
        // Commits must not wait for a standby before there is one. The standby copies this setting, so after a promotion it does not wait.
        await SetStandbysAsync("", cancellation);
        await Standby.FollowAsync(Primary, cancellation);
        await Primary.QueryUntilAsync(
            "the standby streams", "select exists (select from pg_stat_replication where state = 'streaming')", static answer => answer is true, cancellation);
        await SetStandbysAsync("*", cancellation);
        await Primary.QueryUntilAsync(
            "the standby is synchronous", "select exists (select from pg_stat_replication where sync_state = 'sync')", static answer => answer is true, cancellation);
    }

    private async Task SetStandbysAsync(string names, CancellationToken cancellation)
    {
        await Primary.QueryAsync($"alter system set synchronous_standby_names = '{names}'", cancellation);
        await Primary.QueryAsync("select pg_reload_conf()", cancellation);
        await Primary.QueryUntilAsync(
            "the setting is in force", "select current_setting('synchronous_standby_names')", answer => (string?)answer == names, cancellation);
    }
}
