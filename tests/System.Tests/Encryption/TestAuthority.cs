using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wingman.Testing;

namespace Wingman.SystemTests.Encryption;

/// <summary>A certificate authority made for a test, and the hosts' certificates that it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string SiloName = "wingman-silo";

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("cluster-tls-");
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _certificate = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(2));
        File.WriteAllText(CertificatePath, _certificate.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string CertificatePath => Path.Combine(_files.FullName, "authority.crt");

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Signs a certificate and puts it and its key into files.</summary>
    /// <param name="host">What the files are called.</param>
    /// <param name="name">Its DNS name.</param>
    /// <param name="expired">Whether its time is over.</param>
    public HostCertificate Sign(string host, string name = SiloName, bool expired = false, bool forServersOnly = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        // Server authentication, and client authentication.
        OidCollection usages = [new("1.3.6.1.5.5.7.3.1")];
        if (!forServersOnly) usages.Add(new("1.3.6.1.5.5.7.3.2"));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        using var certificate = request.Create(_certificate, Now.AddDays(-1), expired ? Now.AddHours(-1) : Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        var files = new HostCertificate(Path.Combine(_files.FullName, $"{host}.crt"), Path.Combine(_files.FullName, $"{host}.key"), CertificatePath);
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _files.Delete(recursive: true);
    }
}

/// <summary>The files of a host's certificate.</summary>
internal sealed record HostCertificate(string Certificate, string Key, string Authority)
{
    /// <summary>A host with this certificate.</summary>
    public ServiceSettings Of(ServiceSettings settings) => settings
        .With("Wingman:Cluster:Tls:CertificatePath", Certificate)
        .With("Wingman:Cluster:Tls:KeyPath", Key)
        .With("Wingman:Cluster:Tls:AuthorityPath", Authority);
}
