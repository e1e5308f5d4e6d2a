namespace Wingman.Bench.Systems;

/// <summary>The systems that the bench can measure.</summary>
internal static class AllSystems
{
    public static readonly SystemUnderTest Wingman = new(
        "wingman",
        "Wingman, one process: session row, match counters, a log row per confirmation; reputations are counted",
        Durability.Log,
        settings => [Api(settings, [])]);

    public static readonly SystemUnderTest Traced = new(
        "traced",
        "Wingman, one process, with a collector of traces; only in the scenario of traces",
        Durability.Log,
        settings => [Api(settings, Collected(settings.Collector, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "v1/traces"))]);

    public static readonly SystemUnderTest Exported = new(
        "exported",
        "the same with a collector of traces and metrics; only in the scenario of traces",
        Durability.Log,
        settings => [Api(settings, Collected(settings.Collector, "OTEL_EXPORTER_OTLP_ENDPOINT", ""))]);

    public static readonly SystemUnderTest Split = new(
        "split",
        "Wingman, API host and silo apart",
        Durability.Log,
        settings => [Silo(settings), Api(settings, [new("Wingman__Cohosted", "false")])]);

    public static readonly SystemUnderTest Stock = new(
        "stock",
        "the same grains on the stock ADO.NET storage, which does not store a state as the product's row: for comparison, without a target",
        Durability.GrainState,
        settings => [Variant(settings, "AdoNet")]);

    public static readonly SystemUnderTest Memory = new(
        "memory",
        "the same grains, nothing stored (the upper limit)",
        Durability.None,
        settings => [Variant(settings, "Memory")]);

    public static readonly SystemUnderTest Peer = new(
        "peer",
        "plain SQL: one row-lock transaction per confirmation; session row, match counters, a counter per user; no log",
        Durability.Counters,
        settings => [SqlPeer(settings, "Transaction")]);

    public static readonly SystemUnderTest PeerStatement = new(
        "peer-statement",
        "plain SQL at its limit: the same writes in one statement",
        Durability.Counters,
        settings => [SqlPeer(settings, "Statement")]);

    public static readonly SystemUnderTest WithDashboard = new(
        "dashboard",
        "Wingman, one process, with the Orleans dashboard, which nobody looks at; only in the scenario of the dashboard",
        Durability.Log,
        WithDashboardOn);

    public static readonly SystemUnderTest DashboardOpen = new(
        "dashboard-open",
        "the same, while the dashboard's first page is open; only in the scenario of the dashboard",
        Durability.Log,
        WithDashboardOn);

    public static readonly IReadOnlyList<SystemUnderTest> All = [Wingman, Traced, Exported, Split, Stock, Memory, Peer, PeerStatement, WithDashboard, DashboardOpen];

    private static HostSpec[] WithDashboardOn(LaunchSettings settings) => [Api(settings, [new("Wingman__Operations__Dashboard", "true")])];

    private static HostSpec Api(LaunchSettings settings, KeyValuePair<string, string>[] further) =>
        new("src/Api/Api.csproj", "Wingman.Api", Environment(settings, further));

    private static KeyValuePair<string, string>[] Collected(Uri? collector, string variable, string path) =>
        collector is null ? [] : [new(variable, new Uri(collector, path).AbsoluteUri), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    private static HostSpec Variant(LaunchSettings settings, string storage) =>
        new("bench/StorageVariants/StorageVariants.csproj", "Wingman.StorageVariants", Environment(settings, [new("StorageVariants__Storage", storage)]));

    private static HostSpec Silo(LaunchSettings settings) =>
        new("src/Silo/Silo.csproj", "Wingman.Silo", Environment(settings, []));

    private static HostSpec SqlPeer(LaunchSettings settings, string confirm) =>
        new("bench/SqlPeer/SqlPeer.csproj", "Wingman.SqlPeer", Environment(settings, [new("SqlPeer__Confirm", confirm)]));

    private static Dictionary<string, string> Environment(LaunchSettings settings, KeyValuePair<string, string>[] further)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Wingman"] = settings.ConnectionString,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Logging__LogLevel__Default"] = "Warning",
            // In Development the dashboard is on by default. The figures are of the service without it: its filter runs in every call.
            ["Wingman__Operations__Dashboard"] = "false",
            ["Wingman__Api__RequestsPerMinute"] = "0",
            ["Wingman__Api__MissesPerMinute"] = "0",
        };
        foreach (var (name, value) in further.Concat(settings.Environment)) environment[name] = value;
        if (settings.KeySet is { } keys)
        {
            environment["Authentication__JwksUrl"] = keys.AbsoluteUri;
            environment["Authentication__Issuer"] = settings.Issuer!;
        }

        return environment;
    }
}
