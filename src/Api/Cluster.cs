using Wingman.Silo.Hosting;

namespace Wingman;

/// <summary>How this host reaches the grains.</summary>
internal static class Cluster
{
    /// <summary>Whether this process is a silo too (the default), or an Orleans client of silos elsewhere.</summary>
    private const string CohostedSetting = "Wingman:Cohosted";

    /// <summary>Adds the database, and the silo or the client.</summary>
    public static async Task AddClusterAsync(this IHostApplicationBuilder builder)
    {
        await builder.AddWingmanDatabaseAsync();
        if (builder.Configuration.GetValue(CohostedSetting, true)) builder.AddWingmanSilo();
        else builder.AddWingmanClient();
    }
}
