using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wingman.Testing;

namespace Wingman.SystemTests.TakeOver;

/// <summary>An issuer that publishes its keys over https, as the service requires it outside Development.</summary>
internal sealed class EncryptedKeyServer : IAsyncDisposable
{
    private readonly TestTokens _tokens = TestTokens.WithNewKey();
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly int _port = FreePorts.Next();
    private readonly WebApplication _app;

    private EncryptedKeyServer()
    {
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, _port, listen => listen.UseHttps(_certificate)));
        _app = builder.Build();
        _app.MapGet("/keys", () => Results.Text(_tokens.KeySet, "application/json"));
    }

    /// <summary>Where the keys are.</summary>
    public string Address => $"https://localhost:{_port}/keys";

    /// <summary>The certificate to trust.</summary>
    public string CertificateFile { get; } = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():N}.crt");

    public static async Task<EncryptedKeyServer> StartAsync()
    {
        var server = new EncryptedKeyServer();
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        _tokens.Dispose();
        File.Delete(CertificateFile);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
