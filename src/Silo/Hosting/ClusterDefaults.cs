using System.Data.Common;
using Npgsql;
using Orleans.Configuration;

namespace Wingman.Silo.Hosting;

/// <summary>What silos and clients of one cluster must agree on, and how fast they notice that one of them is gone.</summary>
/// <remarks>The reasons for the figures are in docs/decisions/0004-membership.md.</remarks>
internal static class ClusterDefaults
{
    /// <summary>The ADO.NET name of the driver.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>How long a call waits for its answer. Its outcome is then unknown, and the call is retried.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often silos and clients read who the silos are.</summary>
    public static readonly TimeSpan TableRefresh = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long one call of a grain may last: then Orleans gives up the activation, and another one takes the grain's calls. It is longer
    /// than the longest user's call with the default settings, in which each answer comes at the last moment: see docs/waits.md.
    /// </summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The parts of Orleans that must go on when the machine's clock is set: to know which silos are alive, to find them, and to
    /// activate grains. If the clock leaps ahead and is set right, the collector of idle activations refuses every new activation
    /// until the time has come that the clock had shown.
    /// </summary>
    private static readonly string[] TimedAreas =
        [TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.Messaging, TimeProviderNames.ActivationManagement];

    /// <summary>Names the cluster and the service.</summary>
    public static void AddClusterDefaults(this IHostApplicationBuilder builder)
    {
        DbProviderFactories.RegisterFactory(Invariant, NpgsqlFactory.Instance);
        builder.Services.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = builder.Configuration["Orleans:ClusterId"] is { Length: > 0 } cluster ? cluster : "wingman";
            options.ServiceId = builder.Configuration["Orleans:ServiceId"] is { Length: > 0 } service ? service : "wingman";
        });

        var clock = new SteadyClock(TimeProvider.System);
        foreach (var area in TimedAreas) builder.Services.AddKeyedSingleton<TimeProvider>(area, clock);

        // The front door listens, and says that it is not ready, while the silo or client still waits for its database.
        builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);
    }

    public static void ConfigureMembership(IServiceCollection services) => services.Configure<ClusterMembershipOptions>(options =>
    {
        // Orleans keeps a silo alive for MaxProbeTimeout times NumMissedProbesLimit after its last message, even if probes fail.
        options.ProbeTimeout = options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedProbesLimit = 3;
        options.TableRefreshTimeout = TableRefresh;
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        options.DefunctSiloExpiration = TimeSpan.FromDays(1);
    });

    /// <summary>Settings of messages that only silos have.</summary>
    public static void ConfigureSiloMessaging(SiloMessagingOptions options)
    {
        ConfigureMessaging(options);
        // The time of a call from one silo to another, mostly to the directory of grains. If its answer is lost, all calls to the grain
        // that it is about wait until this time is over.
        options.SystemResponseTimeout = ResponseTimeout;
        options.PlacementTimeout = ResponseTimeout;
        options.MaxRequestProcessingTime = LongestTurn;
        // The analysis informs callers about requests that run or wait for 20 seconds, but our callers give up after five. And its search
        // for such requests takes a lock on every active grain.
        options.GrainWorkloadAnalysisPeriod = TimeSpan.Zero;
    }

    /// <summary>
    /// How long a grain's activation or deactivation may take. Its calls wait meanwhile. Our grains wait only for the directory of grains
    /// in that time, not for the database.
    /// </summary>
    public static void ConfigureActivations(GrainCollectionOptions options) => options.ActivationTimeout = options.DeactivationTimeout = ResponseTimeout;

    public static void ConfigureMessaging(MessagingOptions options) => options.ResponseTimeout = ResponseTimeout;
}
