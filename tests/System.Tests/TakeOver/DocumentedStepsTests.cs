using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.Product;
using Xunit.Abstractions;

namespace Wingman.SystemTests.TakeOver;

/// <summary>Runs all command lines of docs/existing-database.md, in their order, on the product's database.</summary>
[Collection(RealProcesses.Name)]
public sealed class DocumentedStepsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task EveryCommand_Works_AndLeavesNothingBehind()
    {
        await using var database = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await ProductData.Generate(new(Seed: 3, TimeProvider.System.GetUtcNow()) { Users = 50, Matches = 100, Sessions = 300 }).InsertAsync(database.Sql, TextWriter.Null);
        var before = await ProductCatalog.ReadAsync(database.Sql);
        var rows = await RowsAsync(database);
        var owner = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var ports = HostPorts.Free();
        await using var keys = await EncryptedKeyServer.StartAsync();
        var work = Directory.CreateTempSubdirectory("documented-").FullName;
        try
        {
            // The script ./wingman builds these hosts and passes its arguments to them. Here the hosts that are already built are run.
            await File.WriteAllTextAsync(Path.Combine(work, "wingman"), $"""
                #!/bin/sh
                case $1 in
                    up) shift; cd '{Path.GetDirectoryName(HostBinaries.PathOf(HostKind.Api))}'; exec dotnet '{HostBinaries.PathOf(HostKind.Api)}' "$@" ;;
                    service-key) exec dotnet '{HostBinaries.PathOf(HostKind.Api)}' "$@" ;;
                    *) exec dotnet '{HostBinaries.PathOf(HostKind.Silo)}' "$@" ;;
                esac
                """);
            var blocks = Documentation.Blocks("bash");
            Assert.Equal(7, blocks.Count);
            var script = $"""
                set -euo pipefail
                chmod +x wingman
                trap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT
                {string.Join('\n', blocks).Replace("localhost:8081", $"127.0.0.1:{ports.Operations}", StringComparison.Ordinal)}
                echo every command worked
                """;

            var (exitCode, said) = await RunAsync(work, script, new()
            {
                ["OWNER"] = database.ConnectionString,
                ["OWNER_URL"] = $"postgresql:///{owner.Database}?host={owner.Host}&user={owner.Username}",
                ["SERVICE"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "wingman_service" }.ConnectionString,
                ["SERVICE_PASSWORD"] = "a password of the tests",
                ["ISSUER"] = "https://wingman.test/auth/v1",
                ["JWKS_URL"] = keys.Address,
                // The authority that the service trusts in addition: the one of this test's key server.
                ["SSL_CERT_FILE"] = keys.CertificateFile,
                ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Http}"),
                ["Wingman__Operations__Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Operations}"),
                ["Wingman__Operations__ShutdownDelay"] = "00:00:00",
                ["Orleans__Endpoints__SiloPort"] = ports.Silo.ToString(CultureInfo.InvariantCulture),
                ["Orleans__Endpoints__GatewayPort"] = ports.Gateway.ToString(CultureInfo.InvariantCulture),
            });

            output.WriteLine(said);
            Assert.True(exitCode == 0 && said.Contains("every command worked", StringComparison.Ordinal), said);
            Assert.Equal(before, await ProductCatalog.ReadAsync(database.Sql));
            Assert.Equal(rows, await RowsAsync(database));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Every row of the product's two tables with its version.</summary>
    private static async Task<string?> RowsAsync(ProductDatabase database)
    {
        await using var command = database.Sql.CreateCommand("""
            select md5(string_agg(line, ',' order by line)) from (
              select s.xmin || s::text as line from public.wingman_sessions s union all select m.xmin || m::text from public.wingman_matches m) l
            """);
        return await command.ExecuteScalarAsync() as string;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string directory, string script, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(static name => name.Contains("__", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["PATH"] = $"{start.Environment["PATH"]}:{string.Join(':', Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => $"{version}/bin") : [])}";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        process.StandardInput.Close();
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, $"{await said}\n{await errors}");
    }
}
