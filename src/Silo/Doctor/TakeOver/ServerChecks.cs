using Npgsql;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether the server is one that Wingman runs on.</summary>
internal sealed class ServerChecks : IDoctorCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "server";

    private const int Oldest = 15;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < Oldest)
            return [new(Name, Severity.Problem, $"Postgres {connection.PostgreSqlVersion} is too old: {Oldest} or newer is needed.")];

        try
        {
            await PrimaryCheck.RunAsync(connection, CancellationToken.None);
            return [new(Name, Severity.Ok, $"Postgres {connection.PostgreSqlVersion}, a primary whose acknowledged commits are durable.")];
        }
        catch (Exception refusal) when (refusal is DurabilityException or StandbyException)
        {
            return [new(Name, Severity.Problem, refusal.Message)];
        }
    }
}
