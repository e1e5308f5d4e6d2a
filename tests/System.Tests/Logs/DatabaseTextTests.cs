using System.Text.Json;

namespace Wingman.SystemTests.Logs;

/// <summary>Text that other programs wrote into the database is escaped where it is logged, and what users wrote is not logged.</summary>
[Collection(LoggedCollection.Name)]
public sealed class DatabaseTextTests(LoggedFixture hosts)
{
    public static TheoryData<string> Apis => [.. LoggedFixture.Apis];

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Status_ThatIsUnknown_IsLoggedEscaped(string host)
    {
        var logged = hosts.Of(host);
        var session = await logged.InsertSessionAsync(status: Canary.Breaking);
        (int Status, string) answer = default;

        var log = await logged.LogOfAsync(async () => answer = await logged.ConfirmAsync(session));

        Assert.Equal(500, answer.Status);
        log.AssertShows($"The row of Session {session.Id} cannot be read");
        log.AssertShows(Canary.Escaped);
        log.AssertIsSafe();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task NameOfAReaderOfTheLog_IsLoggedEscaped(string host)
    {
        var logged = hosts.Of(host);

        var log = await logged.LogOfAsync(() => logged.WritesAsync("is cut off: no host has served it", () => logged.ExecuteAsync(
            "insert into wingman.log_readers (name, era, tx, id, seen_at) values ($1, 1, '1', 1, now() - interval '1 year')", Canary.Breaking)));

        log.AssertShows($"Reader {Canary.Escaped} of the log is cut off");
        log.AssertIsSafe();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Notes_ThatAreRead_AreNotLogged(string host)
    {
        var logged = hosts.Of(host);
        var session = await logged.InsertSessionAsync(notes: Canary.Breaking);
        (int, string Body) answer = default;

        var log = await logged.LogOfAsync(async () => answer = await logged.CallAsync(HttpMethod.Get, $"/api/session/{session.Id}", session.User));

        Assert.Contains(Canary.Word, answer.Body, StringComparison.Ordinal);
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Notes_ThatATriggerRefusesAndRepeats_AreNotLogged(string host)
    {
        var logged = hosts.Of(host);
        var session = await logged.InsertSessionAsync();
        await logged.ExecuteAsync("""
            create or replace function refuse_notes() returns trigger language plpgsql as $$
            begin raise exception using errcode = 'check_violation', message = 'refused: ' || new.notes, detail = new.notes; end $$
            """);
        await logged.ExecuteAsync($"create trigger refuse before update of notes on wingman_sessions for each row when (new.id = '{session.Id}') execute function refuse_notes()");
        (int Status, string) answer = default;

        var log = await logged.LogOfAsync(async () => answer = await logged.CallAsync(
            HttpMethod.Patch, $"/api/session/{session.Id}/notes", session.User, JsonSerializer.Serialize(new { notes = Canary.Breaking })));

        Assert.Equal(409, answer.Status);
        log.AssertShows($"The database refuses the values of Session {session.Id} (SQLSTATE 23514)");
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task DetailOfALineOfTheLog_ThatIsExplained_IsNotLogged(string host)
    {
        var logged = hosts.Of(host);
        var client = await logged.SignedInAsync();
        var session = await logged.InsertSessionAsync();
        await logged.ExecuteAsync(
            "insert into wingman.events (session_id, kind, at, host, operator, detail) values ($1, 'cancelled', now(), $2, $2, $2)", session.Id, Canary.Breaking);
        var story = "";

        var log = await logged.LogOfAsync(async () => story = (await client.FetchAsync($"/support/session/{session.Id}")).Body);

        Assert.Contains(Canary.Word, story, StringComparison.Ordinal);
        log.AssertIsSafe();
        log.AssertRepeatsNothing();
    }
}
