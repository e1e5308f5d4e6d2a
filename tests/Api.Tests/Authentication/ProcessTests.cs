using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Authentication;

/// <summary>What an operator sees when a setting is missing.</summary>
public sealed class ProcessTests
{
    private const string Database = "Host=127.0.0.1;Port=1;Username=nobody;Database=nothing";

    [Fact]
    public async Task Start_WithoutAuthenticationSettings_EndsWithOneSentence()
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync([], "Production", ("ConnectionStrings__Wingman", Database));

        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
        Assert.Equal(
            "Wingman does not start: Set Authentication:SharedSecret (HS256), Authentication:Authority or Authentication:JwksUrl (ES256, RS256), so that callers' tokens can be checked.",
            error.Trim());
    }

    [Fact]
    public async Task Start_WithTestHeadersOutsideDevelopment_EndsWithOneSentence()
    {
        var (exitCode, _, error) = await ApiProcess.RunAsync(
            [], "Staging",
            ("ConnectionStrings__Wingman", Database),
            ("Authentication__SharedSecret", "a shared secret of more than thirty-two bytes"),
            ("Authentication__Issuer", "https://wingman.test"),
            ("Authentication__TestHeaders", "true"));

        Assert.NotEqual(0, exitCode);
        Assert.Equal("Wingman does not start: Authentication:TestHeaders lets every caller act as any user and works in Development only; remove it.", error.Trim());
    }

    [Fact]
    public async Task Start_WithATextWhereATruthValueBelongs_NamesTheSetting()
    {
        var (exitCode, _, error) = await ApiProcess.RunAsync(
            [], "Production", ("ConnectionStrings__Wingman", Database), ("Authentication__TestHeaders", "perhaps"));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("'Authentication:TestHeaders'", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithANumberOutOfRange_NamesTheSettingWithoutAStackTrace()
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(
            [], "Production",
            ("ConnectionStrings__Wingman", Database),
            ("Authentication__SharedSecret", "a shared secret of more than thirty-two bytes"),
            ("Authentication__Issuer", "https://wingman.test"),
            ("Wingman__Api__MaxConcurrentRequests", "0"));

        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
        Assert.Contains("Wingman:Api:MaxConcurrentRequests must be between 1 and 1000000.", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OutsideDevelopment_IsNotMade()
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(["token", Guid.NewGuid().ToString()], "Production");

        Assert.Equal((1, "", "Tokens are made in Development only; elsewhere they come from your issuer."), (exitCode, output, error.Trim()));
    }

    [Theory]
    [InlineData("token")]
    [InlineData("token nonsense")]
    [InlineData("token 6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11 --role admin")]
    [InlineData("token 6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11 --minutes 0")]
    [InlineData("token 6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11 --minutes")]
    public async Task Token_AskedForWrongly_ShowsTheUsage(string arguments)
    {
        var (exitCode, output, error) = await ApiProcess.RunAsync(
            arguments.Split(' '), "Development", ("Authentication__SharedSecret", "a shared secret of more than thirty-two bytes"));

        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith("Usage: token <user-id>", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_InDevelopment_IsAcceptedByTheService()
    {
        const string Secret = "a shared secret of more than thirty-two bytes";
        var user = Guid.NewGuid();
        var (exitCode, token, _) = await ApiProcess.RunAsync(
            ["token", user.ToString(), "--role", "service_role", "--minutes", "5"], "Development", ("Authentication__SharedSecret", Secret));
        Assert.Equal(0, exitCode);

        await using var api = await ApiHost.StartAsync(new StubGrains(), "Development", ("Authentication:SharedSecret", Secret));
        var answer = await api.SendWithTokenAsync(
            HttpMethod.Put, $"/api/match/{Guid.NewGuid()}", token.Trim(),
            $$"""{"user1_id":"{{user}}","user2_id":"{{Guid.NewGuid()}}","status":"pending"}""");
        Assert.Equal(201, answer.Status);
    }
}
