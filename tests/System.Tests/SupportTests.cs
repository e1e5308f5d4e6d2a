using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;
using Wingman.Testing.History;

namespace Wingman.SystemTests;

/// <summary>Explanations, repairs and the doctor, as an operator uses them: from the command line and over HTTP, on real processes.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class SupportTests
{
    [Fact]
    public async Task Operators_ExplainAndRepair_FromTheCommandLineAndOverHttp()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var settings = ServiceSettings.ForCluster(HostKind.Api, "host", cluster.ConnectionString, TestCluster.Secret, cluster.Tokens) with { Environment = "Development" };
        var host = cluster.Add(settings);
        await cluster.StartAllAsync();
        var (byCommand, byHttp) = (await cluster.NewSessionAsync(), await cluster.NewSessionAsync());
        await cluster.ConfirmAsync(byCommand, Participant.User1);

        // From the command line.
        string[] complete = ["repair", "complete", "session", $"{byCommand.Id}", "--reason", "ticket 17", "--operator", "olga"];
        var done = await WingmanCommand.RunAsync(cluster.ConnectionString, complete);
        var again = await WingmanCommand.RunAsync(cluster.ConnectionString, complete);
        var refused = await WingmanCommand.RunAsync(cluster.ConnectionString, "repair", "cancel", "session", $"{byCommand.Id}", "--reason", "no");
        var unreasoned = await WingmanCommand.RunAsync(cluster.ConnectionString, "repair", "complete", "session", $"{byCommand.Id}");
        var explanation = await WingmanCommand.RunAsync(cluster.ConnectionString, "explain", "session", $"{byCommand.Id}", "--json");
        var user = await WingmanCommand.RunAsync(cluster.ConnectionString, "explain", "user", $"{byCommand.Pair.User2}");
        var unknown = await WingmanCommand.RunAsync(cluster.ConnectionString, "explain", "session", $"{Guid.NewGuid()}");

        Assert.True(done.ExitCode == 0 && done.Output.StartsWith("Completed:", StringComparison.Ordinal), $"{done}");
        Assert.True(again.ExitCode == 0 && again.Output.StartsWith("Nothing changed:", StringComparison.Ordinal), $"{again}");
        Assert.True(refused.ExitCode == 1 && refused.Output.StartsWith("Refused: the session is completed", StringComparison.Ordinal), $"{refused}");
        Assert.Equal((2, 1), (unreasoned.ExitCode, unknown.ExitCode));
        var lines = JsonSerializer.Deserialize<JsonElement>(explanation.Output).GetProperty("lines").EnumerateArray().Select(static line => $"{line.GetProperty("kind")} {line.GetProperty("operator")} {line.GetProperty("detail")}");
        Assert.Equal(["scheduled  ", "confirmed  ", "completed olga ticket 17"], lines);
        Assert.Contains("1 completed sessions minus 0 no-shows: a score of 1 (green)", user.Output, StringComparison.Ordinal);

        // Over HTTP, in Development without signing in.
        using var http = new HttpClient { BaseAddress = host.Operations };
        using var page = await http.GetAsync("/support");
        using var script = await http.GetAsync("/support/support.js");
        using var explained = await http.GetAsync($"/support/session/{byHttp.Id}");
        using var nothing = await http.GetAsync($"/support/session/{Guid.NewGuid()}");
        using var cancelled = await http.PostAsJsonAsync($"/support/repair/session/{byHttp.Id}/cancel", new { reason = "venue closed" });
        using var completed = await http.PostAsJsonAsync($"/support/repair/session/{byHttp.Id}/complete", new { reason = "changed my mind" });
        using var withoutReason = await http.PostAsJsonAsync($"/support/repair/session/{byHttp.Id}/complete", new { });
        // A request that a page of another site could send with the operator's cookie does not reach a repair.
        using var form = await http.PostAsync($"/support/repair/session/{byHttp.Id}/complete", new StringContent("reason=x", Encoding.UTF8, "application/x-www-form-urlencoded"));
        using var erased = await http.PostAsJsonAsync($"/support/repair/user/{byHttp.Pair.User1}/erase", new { reason = "asked to" });
        using var outside = new HttpClient { BaseAddress = host.Address };
        using var onPublicPort = await outside.GetAsync($"/support/session/{byHttp.Id}");

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("://", await page.Content.ReadAsStringAsync() + await script.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", await script.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("It is open, and nobody has confirmed it.", (await explained.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("summary").GetString());
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        Assert.StartsWith("Refused: the session was cancelled", (await completed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.OK, HttpStatusCode.NotFound),
            (nothing.StatusCode, completed.StatusCode, withoutReason.StatusCode, form.StatusCode, erased.StatusCode, onPublicPort.StatusCode));

        // The doctor checks the database and the host.
        var doctor = await WingmanCommand.RunAsync(cluster.ConnectionString, "doctor", "--url", $"{host.Operations}");
        Assert.True(doctor.ExitCode == 0, $"{doctor}");
        Assert.Contains("is live and ready", doctor.Output, StringComparison.Ordinal);
        await cluster.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Support_OutsideDevelopment_IsNotThereWithoutSigningIn()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var host = cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = host.Operations };

        using var repair = await http.PostAsJsonAsync($"/support/repair/session/{Guid.NewGuid()}/complete", new { reason = "why" });

        await Assert.AllAsync(["/support", "/support/support.js", $"/support/session/{Guid.NewGuid()}", $"/support/user/{Guid.NewGuid()}"], async path =>
        {
            using var answer = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        });
        Assert.Equal(HttpStatusCode.Unauthorized, repair.StatusCode);
    }
}
