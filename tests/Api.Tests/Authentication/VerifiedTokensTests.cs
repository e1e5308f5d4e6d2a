using System.Security.Claims;
using Microsoft.Extensions.Time.Testing;
using Wingman.Api.Tests.Host;
using Wingman.Authentication;
using Wingman.Testing;

namespace Wingman.Api.Tests.Authentication;

/// <summary>What is cached about tokens, and for how long.</summary>
public sealed class VerifiedTokensTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ClaimsIdentity _identity = CallerClaims.IdentityOf(user: null, CallerClaims.ServiceRole, "test");
    private readonly KeyRing _keys = KeyRing.OfSecret("a shared secret of more than thirty-two bytes");

    [Fact]
    public void Token_IsRememberedForAMinute_AndNoLonger()
    {
        var tokens = new VerifiedTokens(capacity: 10, _clock);
        Assert.Null(tokens.Find(TokenDigest.Of("a"), _keys));
        Add(tokens, "a", TimeSpan.FromHours(1), _keys);

        Assert.Same(_identity, tokens.Find(TokenDigest.Of("a"), _keys)?.Principal?.Identity);
        Assert.Null(tokens.Find(TokenDigest.Of("b"), _keys));
        _clock.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Same(_identity, tokens.Find(TokenDigest.Of("a"), _keys)?.Principal?.Identity);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(tokens.Find(TokenDigest.Of("a"), _keys));
    }

    [Fact]
    public void Token_IsNotRememberedBeyondItsExpiry()
    {
        var tokens = new VerifiedTokens(capacity: 10, _clock);
        Add(tokens, "a", TimeSpan.FromSeconds(10), _keys);
        Add(tokens, "expired", TimeSpan.FromSeconds(-10), _keys);

        Assert.Equal(1, tokens.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.NotNull(tokens.Find(TokenDigest.Of("a"), _keys));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(tokens.Find(TokenDigest.Of("a"), _keys));
    }

    [Fact]
    public void Tokens_AreForgottenWithTheKeysTheyWereCheckedWith()
    {
        var tokens = new VerifiedTokens(capacity: 10, _clock);
        var later = KeyRing.OfSecret("a shared secret of more than thirty-two bytes");
        Add(tokens, "a", TimeSpan.FromHours(1), _keys);

        Assert.Null(tokens.Find(TokenDigest.Of("a"), later));
        Add(tokens, "b", TimeSpan.FromHours(1), later);
        Assert.NotNull(tokens.Find(TokenDigest.Of("b"), later));
        Assert.Equal(1, tokens.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Tokens_AreNeverMoreThanTheCapacity_AndTheLatestAreAmongThem(int capacity)
    {
        var tokens = new VerifiedTokens(capacity, _clock);
        for (var i = 0; i < 1000; i++)
        {
            Add(tokens, $"{i}", TimeSpan.FromHours(1), _keys);
            Assert.True(tokens.Count <= capacity, $"{tokens.Count} after {i}");
        }

        for (var i = 1000 - (capacity / 2); i < 1000; i++) Assert.NotNull(tokens.Find(TokenDigest.Of($"{i}"), _keys));
    }

    [Fact]
    public void Tokens_AddedByManyAtOnce_AreNeverMoreThanTheCapacity()
    {
        var tokens = new VerifiedTokens(capacity: 50, _clock);

        Parallel.For(0, 20_000, i =>
        {
            Add(tokens, $"{i}", TimeSpan.FromHours(1), _keys);
            tokens.Find(TokenDigest.Of($"{i / 2}"), _keys);
        });

        Assert.InRange(tokens.Count, 1, 50);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    public void Digest_IsOfTheWholeToken(int length)
    {
        var text = new string('a', length);

        Assert.Equal(TokenDigest.Of(text), TokenDigest.Of(new string('a', length)));
        Assert.NotEqual(TokenDigest.Of(text), TokenDigest.Of(text[..^1] + 'b'));
        Assert.NotEqual(TokenDigest.Of(text), TokenDigest.Of(text + 'a'));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10000")]
    public async Task Token_ThatWasRemembered_EndsAtTheSameInstantAsAnyOther(string remembered)
    {
        using var tokens = TestTokens.WithSharedSecret("a shared secret of more than thirty-two bytes", _clock);
        await using var api = await ApiHost.StartAsync(
            new StubGrains(), _clock, "Development",
            ("Authentication:SharedSecret", "a shared secret of more than thirty-two bytes"),
            ("Authentication:Issuer", tokens.Issuer),
            ("Authentication:RememberedTokens", remembered));
        var token = tokens.ForUser(Guid.NewGuid(), TimeSpan.FromSeconds(10));
        Assert.Equal(200, await StatusAsync());

        // Ten seconds, and half a minute for clocks that differ.
        _clock.Advance(TimeSpan.FromMilliseconds(39_999));
        Assert.Equal(200, await StatusAsync());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(401, await StatusAsync());

        async Task<int> StatusAsync() => (await api.SendWithTokenAsync(HttpMethod.Get, $"/api/user/reputation/{Guid.NewGuid()}", token)).Status;
    }

    private void Add(VerifiedTokens tokens, string token, TimeSpan life, KeyRing keys) =>
        tokens.Add(TokenDigest.Of(token), _identity, _clock.GetUtcNow() + life, keys);
}
