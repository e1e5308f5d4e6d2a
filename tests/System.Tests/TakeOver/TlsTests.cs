using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wingman.Development;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.TakeOver;

/// <summary>TLS to the database: the service signs in to a server of its authority and name, and to no other.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class TlsTests(TlsTests.Fixture fixture) : IClassFixture<TlsTests.Fixture>
{
    [Fact]
    public async Task AServerOfTheAuthority_IsTrusted()
    {
        await using var host = Host(fixture.ConnectionString());

        await host.StartAndWaitAsync();

        Assert.True(await fixture.EncryptedAsync() > 0);
        Assert.Equal(0L, await fixture.PlainAsync());
    }

    [Fact]
    public async Task AnotherAuthority_IsNotTrusted()
    {
        await using var host = Host(fixture.ConnectionString(authority: "stranger.crt"));
        host.Start();
        await StaysUnreadyAsync(host);
    }

    [Fact]
    public async Task AnotherName_IsNotTrusted()
    {
        // The certificate is for localhost and not for the address.
        await using var host = Host(fixture.ConnectionString(name: "127.0.0.1"));
        host.Start();
        await StaysUnreadyAsync(host);
    }

    // The service waits for its database, and says why in its log.
    private static async Task StaysUnreadyAsync(ServiceProcess host)
    {
        await Eventually.IsTrueAsync(
            "the host has tried the database", _ => Task.FromResult(host.Log.Contains("Waiting for the database", StringComparison.Ordinal)));
        Assert.NotEqual(HttpStatusCode.OK, await host.HealthAsync("ready"));
        Assert.True(host.IsRunning);
    }

    private static ServiceProcess Host(string connectionString) => new(
        ServiceSettings.ForCluster(HostKind.Api, "encrypted", connectionString, TestCluster.Secret, TestTokens.WithSharedSecret(TestCluster.Secret)));

    /// <summary>A server that takes nothing but TLS over the network, with an authority made for it.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private const string Role = "wingman_service";
        private const string Password = "a password of the tests";

        // The documentation's commands, with a second authority that the service does not trust.
        private const string MakeCertificates = """
            set -e
            umask 077
            for authority in authority stranger; do
              openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$authority" \
                -keyout "$authority.key" -out "$authority.crt"
            done
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            printf 'subjectAltName=DNS:localhost\n' >server.ext
            openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 825 -extfile server.ext -out server.crt
            printf 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n' >pg_hba.conf
            chmod 755 . && chmod 644 authority.crt stranger.crt
            """;

        private readonly string _directory = Path.Combine(Path.GetTempPath(), $"tls-{Guid.NewGuid():N}"[..16]);
        private readonly int _port = FreePorts.Next();
        private EmbeddedPostgres _server = null!;

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            var account = await ServerAccount.ForAsync(_directory, CancellationToken.None);
            Directory.CreateDirectory(_directory);
            if (account.Owner is { } owner) await Command.RunAsync(["chown", owner, _directory], CancellationToken.None);
            var (exitCode, output) = await account.RunAsync(["sh", "-c", $"cd '{_directory}'\n{MakeCertificates}"], CancellationToken.None);
            Assert.True(exitCode == 0, output);

            _server = await EmbeddedPostgres.StartAsync(
                EmbeddedPostgresOptions.ThrowAway(new Dictionary<string, string>
                {
                    ["listen_addresses"] = "localhost",
                    ["port"] = $"{_port}",
                    ["ssl"] = "on",
                    ["ssl_cert_file"] = $"{_directory}/server.crt",
                    ["ssl_key_file"] = $"{_directory}/server.key",
                    ["hba_file"] = $"{_directory}/pg_hba.conf",
                    ["password_encryption"] = "scram-sha-256",
                }),
                NullLogger.Instance,
                CancellationToken.None);
            await using var sql = NpgsqlDataSource.Create(_server.GetConnectionString());
            await sql.ExecuteAsync($"create role {Role} superuser login password '{Password}'");
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            await _server.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }

        internal string ConnectionString(string name = "localhost", string authority = "authority.crt") =>
            $"Host={name};Port={_port};Database=wingman;Username={Role};Password={Password};SSL Mode=VerifyFull;Root Certificate={_directory}/{authority}";

        internal Task<long> EncryptedAsync() => CountAsync("ssl");

        internal Task<long> PlainAsync() => CountAsync("not ssl");

        private async Task<long> CountAsync(string condition)
        {
            await using var sql = NpgsqlDataSource.Create(_server.GetConnectionString());
            return await sql.ScalarAsync<long>($"select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where usename = '{Role}' and {condition}");
        }
    }
}
