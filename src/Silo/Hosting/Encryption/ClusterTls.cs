using System.Net.Security;
using Orleans.Connections.Security;

namespace Wingman.Silo.Hosting.Encryption;

/// <summary>Encrypts the connections between hosts of a cluster, and accepts only hosts with a certificate of its authority.</summary>
internal static class ClusterTls
{
    /// <summary>Encrypts the connections of a silo, to other silos and from clients, where it is configured.</summary>
    /// <exception cref="StartRefusedException">It is configured and cannot be set up.</exception>
    public static void UseClusterTls(this ISiloBuilder silo, IConfiguration configuration)
    {
        if (Read(configuration, isSilo: true) is { } tls) silo.UseTls(tls);
    }

    /// <summary>Encrypts the connections of a client to its silos, where it is configured.</summary>
    /// <exception cref="StartRefusedException">It is configured and cannot be set up.</exception>
    public static void UseClusterTls(this IClientBuilder client, IConfiguration configuration)
    {
        if (Read(configuration, isSilo: false) is { } tls) client.UseTls(tls);
    }

    private static Action<TlsOptions>? Read(IConfiguration configuration, bool isSilo)
    {
        var options = configuration.GetSection(ClusterTlsOptions.Section).Get<ClusterTlsOptions>() ?? new();
        if (!options.IsOn) return null;

        var certificates = ClusterCertificates.Read(options, isSilo);
        return tls =>
        {
            tls.LocalServerCertificateSelector = (_, _) => certificates.Current();
            tls.LocalClientCertificateSelector = (_, _, _, _, _) => certificates.Current();
            // Without a callback of our own, every error that the platform finds in the other's certificate ends the connection.
            tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
            // By default 10 seconds: twice as long as a call waits.
            tls.HandshakeTimeout = ClusterDefaults.ResponseTimeout;
            tls.OnAuthenticateAsServer = (_, server) =>
                ((SslServerAuthenticationOptions)server.SslServerAuthenticationOptions).CertificateChainPolicy = certificates.Policy();
            tls.OnAuthenticateAsClient = (_, client) =>
            {
                client.TargetHost = options.ServerName;
                ((SslClientAuthenticationOptions)client.SslClientAuthenticationOptions).CertificateChainPolicy = certificates.Policy();
            };
        };
    }
}
