using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>Settings that would accept every token, or none, prevent the start, with a message of one sentence.</summary>
public sealed class TokenSettingsTests
{
    private const string Secret = "a shared secret of more than thirty-two bytes";
    private const string AnySource = "Authentication:SharedSecret (HS256), Authentication:Authority or Authentication:JwksUrl (ES256, RS256)";

    private static readonly (string Sentence, (string Name, string Value)[] Settings)[] Mistakes =
    [
        ($"Set {AnySource}, so that callers' tokens can be checked.", []),
        ($"Set {AnySource}, so that callers' tokens can be checked.", [("SharedSecret", "")]),
        ($"Set only one of {AnySource}; now set are Authentication:SharedSecret and Authentication:JwksUrl.", [("SharedSecret", Secret), ("JwksUrl", "https://x/keys")]),
        ($"Set only one of {AnySource}; now set are Authentication:Authority and Authentication:JwksUrl.", [("Authority", "https://x"), ("JwksUrl", "https://x/keys")]),
        ("Authentication:SharedSecret must be at least 32 bytes long.", [("SharedSecret", "0123456789012345678901234567890"), ("Issuer", "i")]),
        ("Authentication:JwksUrl must be an https address.", [("JwksUrl", "http://x/keys"), ("Issuer", "i")]),
        ("Authentication:JwksUrl must be an https address.", [("JwksUrl", "/keys"), ("Issuer", "i")]),
        ("Authentication:Authority must be an https address.", [("Authority", "http://x")]),
        ("Set Authentication:Issuer to the issuer (iss) of your tokens, such as https://<project>.supabase.co/auth/v1.", [("SharedSecret", Secret)]),
        ("Set Authentication:Audience to the audience (aud) of your tokens.", [("SharedSecret", Secret), ("Issuer", "i"), ("Audience", "")]),
        ("Authentication:Issuer must be the issuer of users' tokens; 'supabase' issues API keys only.", [("SharedSecret", Secret), ("Issuer", "supabase")]),
        ("Authentication:LegacyServiceKeySecret must be at least 32 bytes long.", [("JwksUrl", "https://x/keys"), ("Issuer", "i"), ("LegacyServiceKeySecret", "short")]),
        ("Authentication:RememberedTokens must be between 0 and 1000000.", [("SharedSecret", Secret), ("Issuer", "i"), ("RememberedTokens", "-1")]),
        ("Authentication:RememberedTokens must be between 0 and 1000000.", [("SharedSecret", Secret), ("Issuer", "i"), ("RememberedTokens", "1000001")]),
        ("Authentication:TestHeaders lets every caller act as any user and works in Development only; remove it.", [("SharedSecret", Secret), ("Issuer", "i"), ("TestHeaders", "true")]),
    ];

    /// <summary>Each mistake in the environments that must refuse it.</summary>
    public static TheoryData<string, string, (string Name, string Value)[]> Refused
    {
        get
        {
            var refused = new TheoryData<string, string, (string Name, string Value)[]>();
            foreach (var (sentence, settings) in Mistakes)
            {
                refused.Add("Production", sentence, settings);
                refused.Add("Staging", sentence, settings);
            }

            return refused;
        }
    }

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Settings_ThatAreMissingOrWrong_StopTheStart(string environment, string sentence, (string Name, string Value)[] settings)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(environment, settings));

        Assert.Equal(sentence, Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task Settings_OfAnAuthority_NeedNoMore()
    {
        await using var api = await StartAsync("Production", [("Authority", "https://project.supabase.co/auth/v1")]);

        Assert.Equal(401, (await api.SendAsync(HttpMethod.Get, "/api/user/reputation/x")).Status);
    }

    [Fact]
    public async Task Settings_InDevelopment_AreMadeUp()
    {
        await using var api = await StartAsync("Development", []);
        var settings = SettingsOf(api);

        Assert.Equal(("wingman-development", "authenticated", true), (settings.Issuer, settings.Audience, settings.TestHeaders));
        var file = Path.Combine(api.ContentRoot, ".wingman", "development-secret");
        Assert.Equal(settings.SharedSecret, (await File.ReadAllTextAsync(file)).Trim());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        using var tokens = TestTokens.WithSharedSecret(settings.SharedSecret!);
        var token = tokens.Sign(tokens.Claims(null, ("sub", Guid.NewGuid()), ("role", "authenticated"), ("iss", "wingman-development")));
        Assert.Equal(200, (await api.SendWithTokenAsync(HttpMethod.Get, $"/api/user/reputation/{Guid.NewGuid()}", token)).Status);
    }

    private static TokenSettings SettingsOf(ApiHost api) =>
        api.Services.GetRequiredService<IOptions<TokenSettings>>().Value;

    private static Task<ApiHost> StartAsync(string environment, (string Name, string Value)[] settings) => ApiHost.StartAsync(
        new StubGrains(), environment, [.. settings.Select(setting => ($"Authentication:{setting.Name}", setting.Value))]);
}
