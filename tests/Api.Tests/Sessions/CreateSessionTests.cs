using Wingman.Api.Tests.Host;
using Wingman.Matches;

namespace Wingman.Api.Tests.Sessions;

public sealed class CreateSessionTests : StubbedApi
{
    private const string Path = "/api/session/create";
    private static readonly Guid Match = new("0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22");
    private static readonly Guid Session = new("6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11");
    private ScheduleSession? _request;

    [Fact]
    public async Task Create_WhenScheduled_AnswersTheSession()
    {
        Answers(new(ScheduleOutcome.Scheduled, new(Session), MatchStatus.Accepted));

        var answer = await PostAsync(Path, Body("Blue Bottle", "2030-01-01T12:00:00+02:00"));

        Assert.Equal(
            (200, """{"success":true,"session_id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","message":"Session scheduled successfully at Blue Bottle","scheduled_time":"2030-01-01T10:00:00Z","venue_name":"Blue Bottle","notifications_sent":false}"""),
            (answer.Status, answer.Body));
        Assert.Equal(new ScheduleSession(new Caller(new UserId(User), false), "Blue Bottle", new DateTimeOffset(2030, 1, 1, 10, 0, 0, TimeSpan.Zero), null, null, _request!.Session), _request);
        Assert.NotNull(_request.Session);
    }

    [Theory]
    [InlineData("2030-01-01T10:00:00Z", "2030-01-01T10:00:00Z")]
    [InlineData("2030-01-01T10:00:00", "2030-01-01T10:00:00Z")]
    [InlineData("2030-01-01 10:00:00", "2030-01-01T10:00:00Z")]
    [InlineData("2030-01-01T10:00", "2030-01-01T10:00:00Z")]
    [InlineData("2030-01-01", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01T10:00:00.1234567-01:30", "2030-01-01T11:30:00.123456Z")]
    public async Task Create_ReadsTimesAsUtcToTheMicrosecond(string time, string scheduled)
    {
        Answers(new(ScheduleOutcome.Scheduled, new(Session)));

        var answer = await PostAsync(Path, Body("Bar", time));

        Assert.Contains($"\"scheduled_time\":\"{scheduled}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_PassesTheServiceRoleAndTheChallenges()
    {
        Answers(new(ScheduleOutcome.Scheduled, new(Session)));
        var challenge = Guid.NewGuid();

        await Api.SendAsync(
            HttpMethod.Post, Path,
            $$"""{"match_id":"{{Match}}","venue_name":"Bar","time":"2030-01-01","user1_challenge_id":null,"user2_challenge_id":"{{challenge}}"}""",
            role: "service_role");

        Assert.Equal(new Caller(null, true), _request?.Caller);
        Assert.Equal((null, challenge), (_request?.User1ChallengeId, _request?.User2ChallengeId));
    }

    [Theory]
    [InlineData(ScheduleOutcome.MatchNotFound, null, 404, "Match not found")]
    [InlineData(ScheduleOutcome.NotParticipant, MatchStatus.Accepted, 403, "Access denied - user is not a participant in this match")]
    [InlineData(ScheduleOutcome.MatchNotAccepted, MatchStatus.Pending, 400, "Match status must be 'accepted' to schedule sessions (current: pending)")]
    [InlineData(ScheduleOutcome.MatchNotAccepted, MatchStatus.Declined, 400, "Match status must be 'accepted' to schedule sessions (current: declined)")]
    [InlineData(ScheduleOutcome.MatchNotAccepted, "expired", 400, "Match status must be 'accepted' to schedule sessions (current: expired)")]
    [InlineData(ScheduleOutcome.ChallengesInvalid, MatchStatus.Accepted, 400, "One or both challenge IDs are invalid - challenges must exist")]
    [InlineData(ScheduleOutcome.TimeNotInFuture, MatchStatus.Accepted, 400, "Scheduled time must be in the future")]
    [InlineData(ScheduleOutcome.AlreadyActive, MatchStatus.Accepted, 409, "This match already has an active session (scheduled or in progress)")]
    public async Task Create_WhenRefused_SaysWhy(ScheduleOutcome outcome, string? matchStatus, int status, string detail)
    {
        Answers(new(outcome, MatchStatus: matchStatus));

        AssertDetail(status, detail, await PostAsync(Path, Body("Bar", "2030-01-01")));
    }

    [Fact]
    public async Task Create_WithoutChallengesWhereTheyAreRequired_NamesBothFields()
    {
        Answers(new(ScheduleOutcome.ChallengesMissing));

        var answer = await PostAsync(Path, Body("Bar", "2030-01-01"));

        Assert.Equal(422, answer.Status);
        Assert.Equal(
            ["body.user1_challenge_id missing", "body.user2_challenge_id missing"],
            FieldError.AllOf(answer).Select(error => $"{error.Location} {error.Type}"));
    }

    [Fact]
    public async Task Create_TakesANumberOfSeconds()
    {
        Answers(new(ScheduleOutcome.Scheduled, new(Session)));

        var answer = await PostAsync(Path, $$"""{"match_id":"{{Match}}","venue_name":"Bar","time":1893492000.5}""");

        Assert.Contains("\"scheduled_time\":\"2030-01-01T10:00:00.500000Z\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_TakesTheFirstSecondOfTheCalendar()
    {
        Answers(new(ScheduleOutcome.TimeNotInFuture));

        var answer = await PostAsync(Path, $$"""{"match_id":"{{Match}}","venue_name":"Bar","time":-62135596800}""");

        Assert.Equal((400, DateTimeOffset.MinValue), (answer.Status, _request?.ScheduledAt));
    }

    [Fact]
    public async Task Create_WhoseAnswerWasLost_IsRetriedWithTheSameId()
    {
        List<ScheduleSession> requests = [];
        Grains.Schedule = (_, request) =>
        {
            requests.Add(request);
            return requests.Count == 1
                ? throw new TimeoutException("The answer was lost.")
                : Task.FromResult(new ScheduleSessionResult(ScheduleOutcome.Scheduled, request.Session, MatchStatus.Accepted));
        };

        var answer = await PostAsync(Path, Body("Bar", "2030-01-01"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(2, requests.Count);
        Assert.Equal(requests[0], requests[1]);
        Assert.Contains($"\"session_id\":\"{requests[0].Session}\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "missing match_id", "missing venue_name", "missing time")]
    [InlineData("""{"match_id":1,"venue_name":true,"time":3}""", "string_type match_id", "string_type venue_name")]
    [InlineData("""{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"a","time":-62135596801}""", "datetime_type time")]
    [InlineData("""{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"a","time":100000000000}""", "datetime_type time")]
    [InlineData("""{"match_id":"x","venue_name":"","time":"soon"}""", "uuid_parsing match_id", "string_too_short venue_name", "datetime_from_date_parsing time")]
    [InlineData("""{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"a\u0000b","time":"2030-02-30T00:00:00Z"}""", "value_error venue_name", "datetime_from_date_parsing time")]
    [InlineData("""{"match_id":"0d6c8f0a-3f0e-4f57-9b70-5f0e6a1c7d22","venue_name":"a","time":"2030-01-01","user1_challenge_id":"x","user2_challenge_id":[]}""", "uuid_parsing user1_challenge_id", "string_type user2_challenge_id")]
    public async Task Create_WithWrongFields_ListsThemAll(string body, params string[] expected)
    {
        var answer = await PostAsync(Path, body);

        Assert.Equal(422, answer.Status);
        Assert.Equal(expected, FieldError.AllOf(answer).Select(error => $"{error.Type} {error.Field}"));
        Assert.Equal(0, Grains.Calls);
    }

    [Theory]
    [InlineData(200, 200)]
    [InlineData(201, 422)]
    public async Task Create_CountsTheVenueInCharacters(int length, int status)
    {
        Answers(new(ScheduleOutcome.Scheduled, new(Session)));

        // Each of these takes two UTF-16 units and four bytes.
        var answer = await PostAsync(Path, Body(string.Concat(Enumerable.Repeat("🍺", length)), "2030-01-01"));

        Assert.Equal(status, answer.Status);
        if (status == 422) Assert.Equal("String should have at most 200 characters", Assert.Single(FieldError.AllOf(answer)).Message);
    }

    private static string Body(string venue, string time) => $$"""{"match_id":"{{Match}}","venue_name":"{{venue}}","time":"{{time}}"}""";

    private void Answers(ScheduleSessionResult result) => Grains.Schedule = (match, request) =>
    {
        _request = request;
        return Task.FromResult(match.Value == Match ? result : new ScheduleSessionResult(ScheduleOutcome.MatchNotFound));
    };
}
