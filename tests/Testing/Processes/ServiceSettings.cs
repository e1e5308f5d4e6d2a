namespace Wingman.Testing;

/// <summary>The two hosts.</summary>
public enum HostKind
{
    /// <summary>Wingman.Api: the public port, with a silo in the same process or as an Orleans client.</summary>
    Api,

    /// <summary>Wingman.Silo: a silo alone.</summary>
    Silo,
}

/// <summary>The ports of one host, the same after each start.</summary>
/// <param name="Http">The public API; unused by a silo host.</param>
/// <param name="Operations">The operators' port.</param>
/// <param name="Silo">Silo to silo; unused by an Orleans client.</param>
/// <param name="Gateway">Client to silo; unused by an Orleans client.</param>
public sealed record HostPorts(int Http, int Operations, int Silo, int Gateway)
{
    /// <summary>Four ports of its own.</summary>
    public static HostPorts Free() => new(FreePorts.Next(), FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
}

/// <summary>How a host is started.</summary>
/// <param name="Kind">Which host.</param>
/// <param name="Name">Its name in logs and messages.</param>
public sealed record ServiceSettings(HostKind Kind, string Name)
{
    /// <summary>Where it listens.</summary>
    public HostPorts Ports { get; init; } = HostPorts.Free();

    /// <summary>The address of this machine that it has for itself.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The hosting environment.</summary>
    public string Environment { get; init; } = "Production";

    /// <summary>The configuration, by the names of the documentation (<c>Wingman:Cohosted</c>). Null: not set.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>();

    /// <summary>Environment variables that are no configuration.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>A file that gets all the host writes; null for the tail alone.</summary>
    public string? LogFile { get; init; }

    /// <summary>A host of a cluster on this database, with tokens signed by a shared secret.</summary>
    public static ServiceSettings ForCluster(HostKind kind, string name, string connectionString, string secret, TestTokens tokens, bool cohosted = true) =>
        new(kind, name)
        {
            Configuration = new Dictionary<string, string?>
            {
                ["ConnectionStrings:Wingman"] = connectionString,
                ["Authentication:SharedSecret"] = secret,
                ["Authentication:Issuer"] = tokens.Issuer,
                ["Authentication:Audience"] = tokens.Audience,
                ["Wingman:Cohosted"] = cohosted ? "true" : "false",
                // The load's users send more requests per minute than the limits allow.
                ["Wingman:Api:RequestsPerMinute"] = "0",
                ["Wingman:Api:MissesPerMinute"] = "0",
                // There is no load balancer that must detect that a test stops a host.
                ["Wingman:Operations:ShutdownDelay"] = "00:00:00",
            },
        };

    /// <summary>The same host with one more setting.</summary>
    public ServiceSettings With(string key, string? value) =>
        this with { Configuration = new Dictionary<string, string?>(Configuration) { [key] = value } };

    /// <summary>The environment variables for all these settings.</summary>
    internal Dictionary<string, string> ToEnvironment()
    {
        var all = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = Environment,
            ["DOTNET_ENVIRONMENT"] = Environment,
            ["ASPNETCORE_URLS"] = $"http://{Address}:{Ports.Http}",
            ["Wingman:Operations:Url"] = $"http://{Address}:{Ports.Operations}",
            ["Orleans:Endpoints:AdvertisedIPAddress"] = Address,
            ["Orleans:Endpoints:SiloPort"] = $"{Ports.Silo}",
            ["Orleans:Endpoints:GatewayPort"] = $"{Ports.Gateway}",
        };
        foreach (var (key, value) in Configuration.Concat(Variables)) all[key] = value;
        return all.Where(static setting => setting.Value is not null)
            .ToDictionary(static setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), static setting => setting.Value!);
    }
}
