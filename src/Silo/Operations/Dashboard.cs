using Orleans.Dashboard;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations.SignIn;

namespace Wingman.Silo.Operations;

/// <summary>Whether and how a host has the Orleans dashboard.</summary>
internal static class Dashboard
{
    /// <summary>Where it is on the operators' port.</summary>
    public const string Path = "/dashboard";

    /// <summary>Whether this host has the dashboard.</summary>
    /// <exception cref="StartRefusedException">It is switched on where nobody could open it.</exception>
    public static bool IsWanted(IConfiguration configuration, IHostEnvironment environment)
    {
        var asked = configuration.GetValue<bool?>($"{OperationsOptions.Section}:{nameof(OperationsOptions.Dashboard)}");
        var isForSomeone = environment.IsDevelopment() || OperatorSetup.HasAny(configuration);
        if (asked is true && !isForSomeone)
        {
            throw new StartRefusedException(
                $"Wingman:Operations:Dashboard is true, but outside Development it opens to operators only: set {OperatorSettings.Section}:<name> as ./wingman operator <name> prints it, or remove the setting.");
        }

        return asked ?? isForSomeone;
    }

    /// <summary>How the dashboard collects.</summary>
    public static void Configure(DashboardOptions dashboard, IConfiguration configuration)
    {
        var options = configuration.GetSection(OperationsOptions.Section).Get<OperationsOptions>() ?? new();
        dashboard.HideTrace = !options.LogStream;
        dashboard.CounterUpdateIntervalMs = (int)options.DashboardInterval.TotalMilliseconds;
    }
}
