using Npgsql;

namespace Wingman.SqlPeer;

internal static class Database
{
    /// <summary>One pool for the process; every statement is prepared on its second use of a connection.</summary>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var settings = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Wingman")
            ?? throw new InvalidOperationException("Set ConnectionStrings:Wingman."))
        {
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            // A pooled connection carries no session state here, so resetting it between uses would only cost time.
            NoResetOnClose = true,
        };
        builder.Services.AddSingleton(new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableArrays().Build());
    }

    public static void MapHealth(this WebApplication app)
    {
        // The load generator's own limit is measured with this too: an answer without any work.
        app.MapGet("/health/live", static context =>
        {
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        });
        app.MapGet("/health/ready", static async context =>
        {
            await using var command = context.RequestServices.GetRequiredService<NpgsqlDataSource>().CreateCommand("select 1");
            await command.ExecuteScalarAsync(context.RequestAborted);
        });
    }
}
