using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests.Encryption;

/// <summary>TLS between the hosts of a cluster, as real processes.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class ClusterTlsTests
{
    /// <summary>A refusal arrives at once. If one takes longer and is missed here, the test does not fail because of that.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task HostsOfOneAuthority_FormACluster_ThatNobodyElseCanTalkTo()
    {
        using var authority = new TestAuthority("authority");
        using var stranger = new TestAuthority("stranger");
        await using var cluster = await TestCluster.CreateAsync();
        ServiceProcess[] silos = [AddSilo("silo-1"), AddSilo("silo-2")];
        cluster.Add(authority.Sign("api", name: "wingman-api").Of(Settings(cluster, HostKind.Api, "api")));
        await cluster.StartAllAsync();

        await CompleteASessionAsync(cluster);
        Assert.Equal(2, (await cluster.SilosAsync()).Count(static silo => silo.Status == SiloStatus.Active));
        foreach (var port in silos.SelectMany(static silo => new[] { silo.Settings.Ports.Silo, silo.Settings.Ports.Gateway }))
        {
            Assert.True(await IsRefusedAsync(port, certificate: null, Eventually.Deadline), $"port {port} takes a caller without a certificate");
            Assert.True(await IsRefusedAsync(port, stranger.Sign("stranger"), Eventually.Deadline), $"port {port} takes a certificate of another authority");
            Assert.False(await IsRefusedAsync(port, authority.Sign("caller", name: "wingman-api"), ShortWait), $"port {port} refuses a certificate of the authority");
        }

        await ASiloWithoutACertificateStaysOutsideAsync(cluster);

        ServiceProcess AddSilo(string name) => cluster.Add(authority.Sign(name).Of(Settings(cluster, HostKind.Silo, name)));
    }

    [Fact]
    public async Task ARenewedCertificate_IsUsedWithoutARestart()
    {
        using var authority = new TestAuthority("authority");
        await using var cluster = await TestCluster.CreateAsync();
        var silo = cluster.Add(authority.Sign("silo").Of(Settings(cluster, HostKind.Silo, "silo")));
        await cluster.StartAllAsync();
        var caller = authority.Sign("caller");
        var before = await CertificateOfAsync(silo.Settings.Ports.Gateway, caller);

        authority.Sign("silo");

        Assert.NotEqual(before, await CertificateOfAsync(silo.Settings.Ports.Gateway, caller));
    }

    [Theory]
    [InlineData("wingman-silo", true, false, "Wingman:Cluster:Tls:CertificatePath is not valid now")]
    [InlineData("wingman-silo", false, true, "Wingman:Cluster:Tls:CertificatePath is not valid now by the authorities of AuthorityPath: NotValidForUsage")]
    [InlineData("wingman-api", false, false, "Wingman:Cluster:Tls:CertificatePath is not for 'wingman-silo'")]
    public async Task ACertificateThatNobodyWouldAccept_RefusesTheStart(string name, bool expired, bool forServersOnly, string sentence)
    {
        using var authority = new TestAuthority("authority");
        await RefusesAsync(authority.Sign("silo", name, expired, forServersOnly).Of, sentence);
    }

    [Fact]
    public async Task AMissingSettingOrFile_RefusesTheStart_AndIsNamed()
    {
        using var authority = new TestAuthority("authority");
        var files = authority.Sign("silo");
        await RefusesAsync(settings => files.Of(settings).With("Wingman:Cluster:Tls:AuthorityPath", null), "Wingman:Cluster:Tls:AuthorityPath is missing");
        await RefusesAsync(settings => files.Of(settings).With("Wingman:Cluster:Tls:KeyPath", "/nowhere/key"), "Wingman:Cluster:Tls:KeyPath names no file");
        await RefusesAsync((files with { Key = files.Certificate }).Of, "Wingman:Cluster:Tls cannot be used");
    }

    private static ServiceSettings Settings(TestCluster cluster, HostKind kind, string name) =>
        ServiceSettings.ForCluster(kind, name, cluster.ConnectionString, TestCluster.Secret, cluster.Tokens, cohosted: false);

    private static async Task CompleteASessionAsync(TestCluster cluster)
    {
        var session = await cluster.NewSessionAsync();
        await cluster.ConfirmAsync(session, Participant.User1);
        var completed = await cluster.ConfirmAsync(session, Participant.User2);
        Assert.Equal("completed", completed.Body.GetProperty("session_status").GetString());
    }

    private static async Task ASiloWithoutACertificateStaysOutsideAsync(TestCluster cluster)
    {
        await using var outsider = new ServiceProcess(Settings(cluster, HostKind.Silo, "outsider").With("Logging:LogLevel:Orleans", "Information"));
        outsider.Start();

        // Before it joins, it checks its connections to the others, and they refuse to communicate with it.
        await Eventually.IsTrueAsync(
            "the silo without a certificate has tried to join",
            _ => Task.FromResult(outsider.Log.Contains("failed to get ping response", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(SiloStatus.Joining, (await cluster.SilosAsync()).Single(silo => silo.Port == outsider.Settings.Ports.Silo).Status);
        Assert.NotEqual(System.Net.HttpStatusCode.OK, await outsider.HealthAsync("ready"));
        await CompleteASessionAsync(cluster);
    }

    private static async Task RefusesAsync(Func<ServiceSettings, ServiceSettings> with, string sentence)
    {
        // The start is refused before the host connects to the database.
        await using var host = new ServiceProcess(with(ServiceSettings.ForCluster(
            HostKind.Silo, "silo", "Host=/nowhere;Username=nobody;Database=none", TestCluster.Secret, TestTokens.WithSharedSecret(TestCluster.Secret))));
        host.Start();
        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Contains($"Wingman does not start: {sentence}", host.Log, StringComparison.Ordinal);
    }

    // With TLS 1.3 a caller learns only after its own part of the handshake that it is refused: when it reads.
    private static async Task<bool> IsRefusedAsync(int port, HostCertificate? certificate, TimeSpan within)
    {
        try
        {
            await using var stream = await ConnectAsync(port, certificate);
            // The silo waits for its caller's first message, so the read ends only if the silo closes the connection.
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(within) == 0;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return true;
        }
    }

    private static async Task<string> CertificateOfAsync(int port, HostCertificate certificate)
    {
        await using var stream = await ConnectAsync(port, certificate);
        return stream.RemoteCertificate!.GetSerialNumberString();
    }

    private static async Task<SslStream> ConnectAsync(int port, HostCertificate? certificate)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "wingman-silo",
            ClientCertificates = certificate is null ? null : [X509Certificate2.CreateFromPemFile(certificate.Certificate, certificate.Key)],
            // This test does not check whether the caller trusts the silo.
            RemoteCertificateValidationCallback = static (_, silo, _, _) => silo is not null,
        });
        return stream;
    }
}
