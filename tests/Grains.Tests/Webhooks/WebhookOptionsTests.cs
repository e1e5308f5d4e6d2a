using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>Settings that would not work, or would send to an address that nobody intended, prevent the start.</summary>
public sealed class WebhookOptionsTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void Validate_WhenThereAreNoReceivers_Succeeds() => Assert.True(new WebhookOptionsRules().Validate(null, new()).Succeeded);

    [Theory]
    [InlineData("https://hooks.example.com/wingman?key=1", false, false)]
    [InlineData("https://93.184.216.34/", false, false)]
    [InlineData("http://hooks.example.com/", true, false)]
    [InlineData("https://10.0.0.1/", false, true)]
    [InlineData("http://localhost:5000/", true, true)]
    public void Validate_WhenTheUrlIsAllowed_Succeeds(string url, bool allowHttp, bool allowPrivate) =>
        Assert.Null(Failure(Receiver("crm", url, allowHttp, allowPrivate)));

    [Theory]
    [InlineData("", false, false)]
    [InlineData("/hooks", false, false)]
    [InlineData("http://hooks.example.com/", false, false)]
    [InlineData("ftp://hooks.example.com/", true, true)]
    [InlineData("https://user:password@hooks.example.com/", false, false)]
    [InlineData("https://hooks.example.com/#here", false, false)]
    [InlineData("https://127.0.0.1/", false, false)]
    [InlineData("https://2130706433/", false, false)]
    [InlineData("https://0x7f.1/", false, false)]
    [InlineData("https://[::1]/", false, false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false, false)]
    [InlineData("https://169.254.169.254/latest/meta-data", false, true)]
    public void Validate_WhenTheUrlIsNot_NamesTheSettingAndNotTheUrl(string url, bool allowHttp, bool allowPrivate)
    {
        var failure = Failure(Receiver("crm", url, allowHttp, allowPrivate));

        Assert.StartsWith("Wingman:Webhooks:Receivers:0:Url ", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("password", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("CRM")]
    [InlineData("1crm")]
    [InlineData("crm\n")]
    [InlineData("a/b")]
    public void Validate_WhenTheNameIsNone_Fails(string name) =>
        Assert.StartsWith("Wingman:Webhooks:Receivers:0:Name ", Failure(Receiver(name)), StringComparison.Ordinal);

    [Fact]
    public void Validate_WhenANameIsGivenTwice_Fails() =>
        Assert.Contains("'crm' is given to two receivers", Failure(Receiver("crm"), Receiver("crm")), StringComparison.Ordinal);

    [Fact]
    public void Validate_WhenThereAreNoSecretsOrThreeOrNone_FailsWithoutSayingThem()
    {
        var none = Receiver("crm");
        none.Secrets.Clear();
        var three = Receiver("crm");
        three.Secrets.Add(Secret);
        three.Secrets.Add(Secret);
        var wrong = Receiver("crm");
        wrong.Secrets.Add("hunter2");

        Assert.All([none, three, wrong], static receiver =>
        {
            var failure = Failure(receiver);
            Assert.StartsWith("Wingman:Webhooks:Receivers:0:Secrets ", failure, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", failure, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Validate_WhenAnEventIsUnknown_SaysWhichThereAre()
    {
        var receiver = Receiver("crm");
        receiver.Events.Add("session.done");

        Assert.Contains("session.completed", Failure(receiver), StringComparison.Ordinal);
    }

    private static WebhookReceiverOptions Receiver(string name, string url = "https://hooks.example.com/", bool allowHttp = false, bool allowPrivate = false) =>
        new() { Name = name, Url = url, AllowHttp = allowHttp, AllowPrivateAddresses = allowPrivate, Secrets = { Secret } };

    private static string? Failure(params WebhookReceiverOptions[] receivers)
    {
        var options = new WebhookOptions();
        foreach (var receiver in receivers) options.Receivers.Add(receiver);
        return new WebhookOptionsRules().Validate(null, options).FailureMessage;
    }
}
