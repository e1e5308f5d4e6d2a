using System.Globalization;
using System.Text.RegularExpressions;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Repository;
using Wingman.Testing;

namespace Wingman.SystemTests.Deployment;

/// <summary>Runs the commands of docs/deployment.md that start processes and make certificates, as they are written.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed partial class DeploymentPageTests
{
    [Fact]
    public async Task PlainProcesses_FormAClusterThatServes()
    {
        var ports = HostPorts.Free();
        var environment = DocumentedShell.On(ports);
        // The commands give it to the API's host, and a silo must not have it.
        environment.Remove("ASPNETCORE_URLS");
        using var shell = await DocumentedShell.CreateAsync(environment);
        var database = await TestPostgres.CreateEmptyDatabaseAsync();
        var commands = Port().Replace(
                DocumentedCommands.Block("docs/deployment.md", "dotnet build -c Release"),
                port => string.Create(CultureInfo.InvariantCulture, $"{(port.Value == "8000" ? ports.Http : FreePorts.Next())}"))
            // The solution was built before its tests.
            .Replace("dotnet build -c Release", "", StringComparison.Ordinal)
            .Replace("Host=...;Database=...;Username=...;Password=...", database, StringComparison.Ordinal);

        await shell.RunAsync($$"""
            {{DocumentedShell.WithBuiltHosts(commands).Trim()}} &
            until curl --max-time 5 http://127.0.0.1:{{ports.Http}}/health/ready; do kill -0 $(jobs -p); sleep 0.2; done
            {{DocumentedCommands.Block("docs/first-session.md", "USER1=").Replace("localhost:8000", $"127.0.0.1:{ports.Http}", StringComparison.Ordinal)}}
            """);
    }

    [Fact]
    public async Task Certificates_AreOfTheAuthority_AndForTheirHosts()
    {
        using var shell = await DocumentedShell.CreateAsync(new Dictionary<string, string>());
        var expiry = DocumentedCommands.In("docs/runbook.md").Select(static command => command.Text)
            .First(static command => command.StartsWith("openssl x509 -enddate", StringComparison.Ordinal));

        var said = await shell.RunAsync($"""
            {DocumentedCommands.Block("docs/deployment.md", "# An authority")}
            for host in wingman-silo wingman-api; do
              openssl verify -CAfile ca.crt -purpose sslserver -verify_hostname $host $host.crt
              openssl verify -CAfile ca.crt -purpose sslclient $host.crt
            done
            {expiry.Replace("<certificate>", "wingman-silo.crt", StringComparison.Ordinal)}
            """);

        Assert.Contains("notAfter=", said, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\b(8000|8091|8092|11112|30001)\b")]
    private static partial Regex Port();
}
