using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Signatures, checked by an implementation that is not ours.</summary>
public sealed class WebhookSignatureTests
{
    private const string Id = "evt_1_742_9";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"type":"session.completed","data":{"venue":"Café"}}""");
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(64)]
    public void Of_IsAcceptedByTheStandardsOwnVerifier(int keyLength)
    {
        var secret = NewSecret(keyLength);

        new StandardWebhook(secret).Verify(Encoding.UTF8.GetString(Body), Headers(WebhookSignature.Of([secret], Id, Now, Body)));
    }

    [Fact]
    public void Of_WithTwoSecrets_IsAcceptedByWhoHasEitherAndByNobodyElse()
    {
        var (old, next) = (NewSecret(), NewSecret());

        var signature = WebhookSignature.Of([old, next], Id, Now, Body);

        // One after the other, because this verifier checks only the first signature of a header.
        var parts = signature.Split(' ');
        Assert.Equal(2, parts.Length);
        new StandardWebhook(old).Verify(Encoding.UTF8.GetString(Body), Headers(parts[0]));
        new StandardWebhook(next).Verify(Encoding.UTF8.GetString(Body), Headers(parts[1]));
        Assert.Throws<WebhookVerificationException>(() => new StandardWebhook(NewSecret()).Verify(Encoding.UTF8.GetString(Body), Headers(signature)));
    }

    [Fact]
    public void Of_CoversIdTimeAndBody()
    {
        var secret = NewSecret();
        var signature = WebhookSignature.Of([secret], Id, Now, Body);
        var verifier = new StandardWebhook(secret);
        var body = Encoding.UTF8.GetString(Body);

        Assert.Throws<WebhookVerificationException>(() => verifier.Verify(body, Headers(signature, id: "evt_1_742_8")));
        Assert.Throws<WebhookVerificationException>(() => verifier.Verify(body, Headers(signature, at: Now.AddSeconds(-1))));
        Assert.Throws<WebhookVerificationException>(() => verifier.Verify(body + " ", Headers(signature)));
    }

    // The vector of the specification's own reference implementations.
    [Fact]
    public void Of_GivesTheKnownSignature() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Of(
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}"""u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64 at all, really")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_c2hvcnQ=")]
    public void KeyOf_WhenItIsNoSecret_IsNull(string secret) => Assert.Null(WebhookSignature.KeyOf(secret));

    [Fact]
    public void KeyOf_WhenItIsTooLong_IsNull() => Assert.Null(WebhookSignature.KeyOf(NewSecret(65)));

    internal static string NewSecret(int length = 32) => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(length))}";

    private static HeaderDictionary Headers(string signature, string id = Id, DateTimeOffset? at = null) => new()
    {
        ["webhook-id"] = id,
        ["webhook-timestamp"] = WebhookSignature.TimestampOf(at ?? Now),
        ["webhook-signature"] = signature,
    };
}
