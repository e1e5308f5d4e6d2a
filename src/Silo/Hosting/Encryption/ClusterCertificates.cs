using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wingman.Silo.Hosting.Encryption;

/// <summary>This host's certificate, and the authorities whose certificates it trusts.</summary>
internal sealed class ClusterCertificates
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ClusterTlsOptions _options;
    private readonly Lock _lock = new();
    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private (string Certificate, string Key) _read;
    private X509Certificate2 _current;

    private ClusterCertificates(ClusterTlsOptions options)
    {
        _options = options;
        _read = ReadFiles();
        _current = Parse(_read);
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(options.AuthorityPath!);
        foreach (var authority in authorities)
            (authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData) ? _roots : _intermediates).Add(authority);
    }

    /// <summary>Reads the files.</summary>
    /// <param name="options">Where they are; TLS must be on.</param>
    /// <param name="isSilo">Whether the host is a silo, whose certificate must have the silos' name.</param>
    /// <exception cref="StartRefusedException">
    /// A setting or a file is missing, or no other host would accept the certificate; the message names the setting.
    /// </exception>
    public static ClusterCertificates Read(ClusterTlsOptions options, bool isSilo)
    {
        foreach (var (setting, path) in options.Paths)
        {
            if (string.IsNullOrEmpty(path)) throw new StartRefusedException($"{setting} is missing: TLS between the hosts of a cluster needs certificate, key and authority.");
            if (!File.Exists(path)) throw new StartRefusedException($"{setting} names no file that this process can read: {path}");
        }

        try
        {
            var certificates = new ClusterCertificates(options);
            certificates.Check(isSilo);
            return certificates;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // Not the exception's text, which may quote the file.
            throw new StartRefusedException($"{ClusterTlsOptions.Section} cannot be used: its files must be a certificate, its unencrypted key and its authority, in PEM, and readable.");
        }
    }

    /// <summary>The certificate that is in the files now, or the previous one while the files are being replaced.</summary>
    public X509Certificate2 Current()
    {
        lock (_lock)
        {
            try
            {
                var files = ReadFiles();
                if (files == _read) return _current;
                // A connection that is being made may still use the previous certificate, so it is not disposed of here.
                _current = Parse(files);
                _read = files;
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                // One of the two files is new and the other is not yet. The next connection reads them again.
            }

            return _current;
        }
    }

    /// <summary>The policy by which another host's certificate is accepted. Each connection gets its own, because it changes the policy.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_intermediates);
        return policy;
    }

    private void Check(bool isSilo)
    {
        // Silos connect to each other, and so are servers and clients.
        string[] usages = isSilo ? [ServerAuthentication, ClientAuthentication] : [ClientAuthentication];
        foreach (var usage in usages)
        {
            using var chain = new X509Chain { ChainPolicy = Policy() };
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
            if (chain.Build(_current)) continue;
            throw new StartRefusedException(
                $"{ClusterTlsOptions.Section}:{nameof(ClusterTlsOptions.CertificatePath)} is not valid now by the authorities of {nameof(ClusterTlsOptions.AuthorityPath)}: {string.Join(", ", chain.ChainStatus.Select(static status => status.Status))}.");
        }

        if (isSilo && !_current.MatchesHostname(_options.ServerName))
        {
            throw new StartRefusedException(
                $"{ClusterTlsOptions.Section}:{nameof(ClusterTlsOptions.CertificatePath)} is not for '{_options.ServerName}', the name that other hosts expect: sign one with this DNS name, or set {nameof(ClusterTlsOptions.ServerName)} on all hosts.");
        }
    }

    private (string Certificate, string Key) ReadFiles() => (File.ReadAllText(_options.CertificatePath!), File.ReadAllText(_options.KeyPath!));

    private static X509Certificate2 Parse((string Certificate, string Key) files) => X509Certificate2.CreateFromPem(files.Certificate, files.Key);
}
