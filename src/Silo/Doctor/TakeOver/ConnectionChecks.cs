using System.Net;
using Npgsql;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether others on the network can read or take over the connection.</summary>
internal sealed class ConnectionChecks : IDoctorCheck
{
    private const string Check = "connection";

    public Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var address = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        var isLocal = address.Host is { } host
            && (host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip)));
        Finding finding = (isLocal, address.SslMode) switch
        {
            (true, _) => new(Check, Severity.Ok, "To a server on this machine."),
            (false, SslMode.VerifyFull) => new(Check, Severity.Ok, "Encrypted, to a server whose name and certificate are checked."),
            _ => new(Check, Severity.Warning, $"SSL Mode={address.SslMode}: an attacker on the network can impersonate the database. Set SSL Mode=VerifyFull and Root Certificate to the authority's certificate."),
        };
        return Task.FromResult<IReadOnlyList<Finding>>([finding]);
    }
}
