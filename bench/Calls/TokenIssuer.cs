using System.Text;
using Wingman.Testing;

namespace Wingman.Bench.Calls;

/// <summary>An issuer of ES256 tokens, and the address at which it publishes its key, as Supabase does.</summary>
internal sealed class TokenIssuer : IDisposable
{
    private readonly LoopbackServer _server;

    private TokenIssuer() => _server = LoopbackServer.Start("application/json", Encoding.UTF8.GetBytes(Tokens.KeySet));

    public TestTokens Tokens { get; } = TestTokens.WithNewKey();

    public Uri Address => new(_server.Address, "jwks.json");

    public static TokenIssuer Publish() => new();

    public void Dispose()
    {
        _server.Dispose();
        Tokens.Dispose();
    }
}
