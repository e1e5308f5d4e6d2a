using System.Text;
using System.Text.RegularExpressions;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>The first path of a newcomer, as docs/first-session.md and wingman.http have it. Only the address of the service is another one.</summary>
[Collection(DocumentedCollection.Name)]
public sealed partial class FirstPathTests(DocumentedFixture host)
{
    private const string Service = "http://localhost:8000";

    [Fact]
    public async Task CommandsOfThePage_CompleteASession()
    {
        var commands = DocumentedCommands.Block("docs/first-session.md", "USER1=");
        Assert.Contains(Service, commands, StringComparison.Ordinal);

        var said = await host.Shell.RunAsync(commands.Replace(Service, host.Address, StringComparison.Ordinal));

        Assert.Matches("""(?s)"both_confirmed":false.*"both_confirmed":true.*"session_status":"completed".*"completed_sessions":[1-9]""", said);
    }

    [Fact]
    public async Task RequestsOfTheFile_CompleteASession()
    {
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler()));
        Dictionary<string, string> variables = [];
        List<string> answers = [];
        foreach (var section in Section().Split(RepositoryFiles.Read("wingman.http")))
        {
            foreach (Match variable in Variable().Matches(section)) variables[variable.Groups["name"].Value] = variable.Groups["value"].Value;
            // The file asks its reader to put the session of the answer before there.
            if (variables.ContainsKey("session")) variables["session"] = SessionId().Match(answers[1]).Groups["id"].Value;
            var text = Placeholder().Replace(section, name => variables[name.Groups["name"].Value]);
            var request = Request().Match(text.Replace(Service, host.Address, StringComparison.Ordinal));
            if (request.Success) answers.Add(await SendAsync(http, request));
        }

        Assert.Equal(Service, variables["host"]);
        Assert.Equal(7, answers.Count);
        Assert.Contains("\"both_confirmed\":false", answers[2], StringComparison.Ordinal);
        Assert.Contains("\"both_confirmed\":true", answers[3], StringComparison.Ordinal);
        Assert.Contains("\"status\":\"completed\"", answers[4], StringComparison.Ordinal);
        Assert.Matches("\"completed_sessions\":[1-9]", answers[5]);
        Assert.Contains(variables["session"], answers[6], StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(HttpClient http, Match request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Groups["method"].Value), request.Groups["address"].Value);
        foreach (var header in request.Groups["header"].Captures.Select(static header => header.Value.Split(": ", 2)))
        {
            if (header[0] == "Content-Type") message.Content = new StringContent(request.Groups["body"].Value, Encoding.UTF8, header[1]);
            else message.Headers.Add(header[0], header[1]);
        }

        using var answer = await http.SendAsync(message);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{request.Value}\n{(int)answer.StatusCode} {said}");
        return said;
    }

    [GeneratedRegex("^###.*$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^@(?<name>\w+) = (?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^(?<method>[A-Z]+) (?<address>\S+)(\n(?<header>[\w-]+: .+))*(\n\n(?<body>\{.+\}))?", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex("\"session_id\":\"(?<id>[^\"]+)\"")]
    private static partial Regex SessionId();
}
