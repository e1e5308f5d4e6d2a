namespace Wingman.Chaos.Load;

/// <summary>
/// The API hosts as a client uses them: it calls any host that has not just failed, as a load balancer with passive health
/// checks does.
/// </summary>
internal sealed class EntryHosts(IReadOnlyList<EntryHost> hosts)
{
    public IReadOnlyList<EntryHost> All => hosts;

    /// <summary>The hosts in the order to try them.</summary>
    public List<EntryHost> InOrder(Random random)
    {
        var now = RunClock.Now;
        var start = random.Next(hosts.Count);
        return [.. Enumerable.Range(0, hosts.Count).Select(i => hosts[(start + i) % hosts.Count]).OrderBy(host => host.AvoidUntil > now ? 1 : 0)];
    }
}

/// <summary>One API host.</summary>
internal sealed class EntryHost(string name, Uri address)
{
    private long _avoidUntil;

    public string Name => name;

    public Uri Address => address;

    public long AvoidUntil => Volatile.Read(ref _avoidUntil);

    public void Avoid(TimeSpan time) => Volatile.Write(ref _avoidUntil, RunClock.After(time));
}
