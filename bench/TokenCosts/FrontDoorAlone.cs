using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.TokenCosts;

/// <summary>The authentication of the API alone, without a server and without endpoints.</summary>
internal sealed class FrontDoorAlone : IAsyncDisposable
{
    // The number of users who sign in within a minute on a busy service; each has one token.
    private const int Callers = 1000;
    private const int WarmUp = 20_000;
    private const int Requests = 50_000;
    private const int Rounds = 5;
    private readonly WebApplication _app;
    private readonly WebApplication? _issuer;
    private readonly (string Name, string Value)[] _headers;

    private FrontDoorAlone(WebApplication app, WebApplication? issuer, (string Name, string Value)[] headers) =>
        (_app, _issuer, _headers) = (app, issuer, headers);

    public static async Task<FrontDoorAlone> StartAsync(Signing signing, int remembered)
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var key = ServiceKey.Make();
        using var rsa = RSA.Create(2048);
        using var tokens = signing == Signing.Es256 ? TestTokens.WithNewKey() : TestTokens.WithSharedSecret(secret);
        var keySet = signing == Signing.Rs256 ? KeySetOf(rsa) : tokens.KeySet;
        var issuer = signing is Signing.Es256 or Signing.Rs256 ? await PublishAsync(keySet) : null;
        var app = await StartAsync(new()
        {
            ["Authentication:Issuer"] = tokens.Issuer,
            ["Authentication:JwksUrl"] = issuer?.Urls.First(),
            ["Authentication:SharedSecret"] = issuer is null ? secret : null,
            ["Authentication:RememberedTokens"] = $"{remembered}",
            ["Authentication:ServiceKeys:backend"] = ServiceKey.HashOf(key),
        });
        return new(app, issuer, [.. Enumerable.Range(0, Callers).Select(_ => HeaderOf(signing, tokens, rsa, key))]);
    }

    /// <summary>What one request costs: the median of several rounds.</summary>
    public async Task<(TimeSpan Cpu, long AllocatedBytes)> MeasureAsync()
    {
        await AuthenticateAsync(WarmUp);
        var costs = new List<(TimeSpan Cpu, long AllocatedBytes)>();
        for (var round = 0; round < Rounds; round++)
        {
            var (cpu, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
            await AuthenticateAsync(Requests);
            costs.Add(((Environment.CpuUsage.TotalTime - cpu) / Requests, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / Requests));
        }

        return costs.Order().ElementAt(Rounds / 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    private async Task AuthenticateAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            await using var scope = _app.Services.CreateAsyncScope();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            var (name, value) = _headers[i % _headers.Length];
            http.Request.Headers[name] = value;
            var result = await http.AuthenticateAsync();
            if (!result.Succeeded || CallerClaims.Read(result.Principal) is null)
                throw new InvalidOperationException("The caller was not authenticated: nothing was measured.", result.Failure);
        }
    }

    private static async Task<WebApplication> StartAsync(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddCallers();
        var app = builder.Build();
        await app.StartAsync();
        var keys = app.Services.GetRequiredService<SigningKeys>();
        await Eventually.IsTrueAsync("the keys are known", _ => Task.FromResult(keys.Current.Count > 0));
        return app;
    }

    private static async Task<WebApplication> PublishAsync(string keySet)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        var issuer = builder.Build();
        issuer.MapGet("/", () => Results.Text(keySet, "application/json"));
        await issuer.StartAsync();
        return issuer;
    }

    private static (string Name, string Value) HeaderOf(Signing signing, TestTokens tokens, RSA rsa, string key) => signing switch
    {
        Signing.ServiceKey => (ServiceKeyHandler.Header, key),
        Signing.TestHeaders => (TestHeaderHandler.UserHeader, Guid.NewGuid().ToString()),
        Signing.Rs256 => ("Authorization", "Bearer " + SignRsa(tokens, rsa)),
        _ => ("Authorization", "Bearer " + tokens.Sign(ClaimsOf(tokens))),
    };

    // As long as Supabase's.
    private static Dictionary<string, object?> ClaimsOf(TestTokens tokens) => tokens.Claims(
        null,
        ("sub", Guid.NewGuid()), ("role", "authenticated"), ("is_anonymous", false), ("email", "somebody@example.test"), ("phone", ""), ("aal", "aal1"),
        ("session_id", Guid.NewGuid()), ("amr", new[] { new { method = "password", timestamp = 1_700_000_000 } }),
        ("app_metadata", new { provider = "email", providers = new[] { "email" } }),
        ("user_metadata", new { email = "somebody@example.test", email_verified = true, phone_verified = false, sub = Guid.NewGuid() }));

    private static string SignRsa(TestTokens tokens, RSA rsa)
    {
        var header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT","kid":"rsa"}"""u8);
        var content = $"{header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(ClaimsOf(tokens)))}";
        return $"{content}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string KeySetOf(RSA rsa)
    {
        var key = rsa.ExportParameters(false);
        return JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", kid = "rsa", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } },
        });
    }
}
