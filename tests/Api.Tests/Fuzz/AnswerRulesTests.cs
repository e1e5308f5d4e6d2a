using System.Diagnostics;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>The rules that the generated requests are judged by: each is shown an answer that breaks it.</summary>
public sealed class AnswerRulesTests
{
    private const string NotFound = """{"detail":"Session not found"}""";
    private static readonly Operation Cancel = Array.Find(Operation.All, static operation => operation.Template.EndsWith("/cancel", StringComparison.Ordinal))!;
    private static readonly Request From = new(Cancel, CallerKind.User1, 0, new NumberedPair(0), new NumberedPair(0), []);

    [Theory]
    [InlineData(500, "application/json", """{"detail":"An unexpected error occurred","code":"unexpected"}""")]
    [InlineData(503, "application/json", """{"detail":"x","code":"storage_unavailable"}""")]
    [InlineData(429, "application/json", """{"detail":"x","code":"rate_limited"}""")]
    [InlineData(418, "application/json", NotFound)]
    [InlineData(404, "text/html", NotFound)]
    [InlineData(404, "application/json", "")]
    [InlineData(404, "application/json", "{}")]
    [InlineData(404, "application/json", """{"detail":["x"]}""")]
    [InlineData(404, "application/json", """{"detail":"x","code":"never_heard_of"}""")]
    [InlineData(200, "application/json", """{"success":true}""")]
    [InlineData(200, "text/event-stream", "")]
    [InlineData(400, null, "")]
    public void ProblemOf_WhenAnswerBreaksARule_SaysSo(int status, string? contentType, string body) =>
        Assert.NotNull(Judge(new(status, contentType, body)));

    [Fact]
    public void ProblemOf_WhenAnswerIsAsDescribed_IsNull() => Assert.Null(Judge(new(404, "application/json", NotFound)));

    [Fact]
    public void ProblemOf_WhenWhatMustBeRefusedIsDone_SaysSo()
    {
        var done = new RawAnswer(200, "application/json", """{"success":true,"message":"Session cancelled","session_status":"cancelled"}""");

        Assert.Null(Judge(done));
        Assert.NotNull(Judge(done, mustBeRefused: true));
    }

    [Theory]
    [InlineData("GET", "", false)]
    [InlineData("PROPFIND", "", false)]
    [InlineData("GET", "/a", false)]
    [InlineData("G=T", "", true)]
    [InlineData("GET", "%00", true)]
    public void ProblemOf_AnEmptyRefusal_IsNullOnlyForWhatTheServerCannotRead(string method, string ending, bool isUnreadable)
    {
        var draft = DraftOf();
        (draft.Method, draft.Path, draft.MayBeMalformed) = (method, draft.Path + ending, method == "G=T");
        var rules = new AnswerRules(areLimited: false);

        Assert.Equal(isUnreadable, rules.ProblemOf(draft, From, new(400, null, ""), mustBeRefused: false) is null);
        Assert.NotNull(rules.ProblemOf(draft, From, new(404, null, ""), mustBeRefused: false));
    }

    [Theory]
    [InlineData("", 200, true)]
    [InlineData("", 404, true)]
    [InlineData("", 405, false)]
    [InlineData("", 201, false)]
    [InlineData("", 418, false)]
    [InlineData("/events", 405, true)]
    [InlineData("/events", 418, false)]
    [InlineData("/cancel", 405, true)]
    [InlineData("/cancel", 404, false)]
    public void ProblemOf_AnAnswerToHead_IsNullForTheStatusesOfGet(string ending, int status, bool isRight)
    {
        var draft = new Draft { Method = "HEAD", Path = $"/api/session/{From.Pair.Session}{ending}" };

        var problem = new AnswerRules(areLimited: false).ProblemOf(draft, From, new(status, "application/json", ""), mustBeRefused: false);

        Assert.Equal(isRight, problem is null);
    }

    [Fact]
    public void Describe_OfARequest_EscapesBytesAndHidesTheToken()
    {
        var draft = DraftOf();
        draft.Authorization = "Bearer secret.\u00ff";
        draft.Body = [0, (byte)'a', 0xff];

        var shown = draft.Describe("User1");

        Assert.Contains("\\x00a\\xff", shown, StringComparison.Ordinal);
        Assert.Contains("Authorization: <that of User1>", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToCommand_OfARequest_PrintsItsBytes_AndDoesNotHaveTheToken()
    {
        var draft = DraftOf();
        draft.Authorization = "Bearer secret";
        draft.HeaderLines.Add("X-Odd: '%s' \\n $HOME `id` \u00ff");
        draft.HeaderLines.Add("Authorization: Bearer x");
        draft.Body = [.. Enumerable.Range(0, 256).Select(static one => (byte)one)];

        var command = draft.ToCommand();

        Assert.DoesNotContain("secret", command, StringComparison.Ordinal);
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        start.Environment["AUTHORIZATION"] = draft.Authorization;
        using var shell = Process.Start(start)!;
        using var printed = new MemoryStream();
        await shell.StandardOutput.BaseStream.CopyToAsync(printed);
        await shell.WaitForExitAsync();
        Assert.Equal(draft.ToBytes(), printed.ToArray());
    }

    private static string? Judge(RawAnswer answer, bool mustBeRefused = false) =>
        new AnswerRules(areLimited: false).ProblemOf(DraftOf(), From, answer, mustBeRefused);

    private static Draft DraftOf() => new() { Method = "POST", Path = $"/api/session/{From.Pair.Session}/cancel" };
}
