namespace Wingman.Silo.Hosting.Encryption;

/// <summary>
/// Mutual TLS between silos, and between silos and their clients. Section <c>Wingman:Cluster:Tls</c>. Off while no path is set;
/// all hosts of a cluster have it on, or none.
/// </summary>
public sealed class ClusterTlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Cluster:Tls";

    /// <summary>
    /// This host's certificate, a PEM file. The authority must have signed it for servers and for clients; a silo's names
    /// <see cref="ServerName"/>. Read again for each new connection, so that it may be renewed while the host runs.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The certificate's private key, a PEM file that is not encrypted.</summary>
    public string? KeyPath { get; set; }

    /// <summary>
    /// The authorities whose certificates belong to this cluster, a PEM file; intermediate ones may be in it too. The system's
    /// authorities are not trusted. Read when the host starts.
    /// </summary>
    public string? AuthorityPath { get; set; }

    /// <summary>
    /// The DNS name that the certificate of each silo has. One for all silos, since they are reached by address. Default
    /// <c>wingman-silo</c>.
    /// </summary>
    public string ServerName { get; set; } = "wingman-silo";

    /// <summary>Whether TLS is configured.</summary>
    internal bool IsOn => Paths.Any(static path => !string.IsNullOrEmpty(path.Value));

    /// <summary>The paths by the names of their settings.</summary>
    internal IReadOnlyList<(string Setting, string? Value)> Paths =>
    [
        ($"{Section}:{nameof(CertificatePath)}", CertificatePath),
        ($"{Section}:{nameof(KeyPath)}", KeyPath),
        ($"{Section}:{nameof(AuthorityPath)}", AuthorityPath),
    ];
}
