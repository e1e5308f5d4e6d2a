namespace Wingman.Sessions;

/// <summary>Registers live streams.</summary>
internal static class LiveSetup
{
    /// <summary>Registers them.</summary>
    public static void AddLiveSessions(this IServiceCollection services)
    {
        services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LiveSessions>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveSessions>());
    }
}
