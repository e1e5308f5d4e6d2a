namespace Wingman.SystemTests.Operators;

/// <summary>What is open to signed-in operators only.</summary>
internal static class OperatorsPaths
{
    private static readonly string Id = $"{Guid.NewGuid()}";

    /// <summary>The pages, assets and data of the dashboard and of the support.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "/dashboard", "/dashboard/", "/dashboard/index.html", "/dashboard/index.min.js", "/dashboard/index.css", "/dashboard/favicon.ico",
        "/dashboard/fonts/any", "/dashboard/img/any", "/dashboard/version", "/dashboard/DashboardCounters", "/dashboard/ClusterStats", "/dashboard/Reminders",
        "/dashboard/Reminders/1", "/dashboard/HistoricalStats/any", "/dashboard/SiloProperties/any", "/dashboard/SiloStats/any", "/dashboard/SiloCounters/any",
        "/dashboard/GrainStats/any", "/dashboard/TopGrainMethods", "/dashboard/GrainState", "/dashboard/GrainTypes", "/dashboard/Trace",
        "/support", "/support/support.js", "/support/support.css", $"/support/session/{Id}", $"/support/user/{Id}",
    ];

    /// <summary>Where an operator changes something.</summary>
    public static IReadOnlyList<string> Repairs { get; } =
    [
        $"/support/repair/session/{Id}/complete", $"/support/repair/session/{Id}/cancel", $"/support/repair/session/{Id}/undo-no-show",
        $"/support/repair/user/{Id}/erase",
    ];
}
