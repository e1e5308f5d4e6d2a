using System.Reflection;
using System.Text.RegularExpressions;
using Wingman.Api.Tests.Host;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Who may do what to which session: each cell of the tables is sent to the whole service, on rows of its own.</summary>
public sealed partial class AuthorizationGridTests(AuthorizationGridTests.Fixture fixture) : IClassFixture<AuthorizationGridTests.Fixture>
{
    // As many as the first test has rows: each row's sessions are its own.
    private const int Tables = 6;
    private const int PairsPerTable = 400;

    private static readonly CallerKind[] Columns =
        [CallerKind.Nobody, CallerKind.Anonymous, CallerKind.Expired, CallerKind.Stranger, CallerKind.User1, CallerKind.User2, CallerKind.Service];

    // A row per session: scheduled, another pair's, unknown, cancelled, completed, no-show. The columns are those above.
    // The older confirmation is refused with 400 before the session's time.
    [Theory]
    [InlineData(0, "GET", "/api/session/{session}", null,
        "401 401 401 403 200 200 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 200 200 403", "401 401 401 403 200 200 403", "401 401 401 403 200 200 403")]
    [InlineData(1, "GET", "/api/session/{session}/events", null,
        "401 401 401 403 200 200 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 200 200 403", "401 401 401 403 200 200 403", "401 401 401 403 200 200 403")]
    [InlineData(2, "PATCH", "/api/session/{session}/notes", "{\"notes\":\"x\"}",
        "401 401 401 403 200 200 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 200 200 403", "401 401 401 403 200 200 403", "401 401 401 403 200 200 403")]
    [InlineData(3, "POST", "/api/session/{session}/cancel", null,
        "401 401 401 403 200 200 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 409 409 403", "401 401 401 403 409 409 403", "401 401 401 403 409 409 403")]
    [InlineData(4, "POST", "/api/session/confirm-completion", "{\"session_id\":\"{session}\"}",
        "401 401 401 403 200 200 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 409 409 403", "401 401 401 403 200 200 403", "401 401 401 403 409 409 403")]
    [InlineData(5, "POST", "/api/session/{session}/confirm", "{\"buddy_user_id\":\"{buddy}\"}",
        "401 401 401 403 400 400 403", "401 401 401 403 403 403 403", "401 401 401 404 404 404 403",
        "401 401 401 403 409 409 403", "401 401 401 403 200 200 403", "401 401 401 403 409 409 403")]
    public async Task Session_IsOpenToItsParticipants(
        int table, string method, string path, string? body, string scheduled, string anothers, string unknown, string cancelled, string completed, string noShow)
    {
        var wrong = new List<string>();
        (string Name, SessionState State, string Expected)[] rows =
        [
            ("scheduled", SessionState.Scheduled, scheduled), ("another's", SessionState.Scheduled, anothers), ("unknown", SessionState.None, unknown),
            ("cancelled", SessionState.Cancelled, cancelled), ("completed", SessionState.Completed, completed), ("no-show", SessionState.NoShow, noShow),
        ];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                // Rows of their own: what one cell does to a session must not show in the next.
                var pair = PairOf(table, (row * Columns.Length) + column, rows[row].State);
                var caller = rows[row].Name == "another's" ? new NumberedPair(pair.Number + 5) : pair;
                await CheckAsync(wrong, $"{rows[row].Name}, {Columns[column]}", Columns[column], caller, pair, method, path, body, rows[row].Expected.Split(' ')[column]);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Columns as above; the match is the pair's own, accepted and without a session, or (second) unknown, or (third) another pair's.
    [Theory]
    [InlineData("POST", "/api/session/create", "{\"match_id\":\"{match}\",\"venue_name\":\"x\",\"time\":\"2099-01-01T18:00:00Z\"}",
        "401 401 401 403 200 200 200", "401 401 401 404 404 404 404", "401 401 401 403 403 403 200")]
    [InlineData("PUT", "/api/match/{match}", "{\"user1_id\":\"{user1}\",\"user2_id\":\"{user2}\",\"status\":\"accepted\"}",
        "401 401 401 403 403 403 200", "401 401 401 403 403 403 201", "401 401 401 403 403 403 200")]
    [InlineData("GET", "/api/user/reputation/{user1}", null,
        "401 401 401 200 200 200 200", "401 401 401 200 200 200 200", "401 401 401 200 200 200 200")]
    [InlineData("GET", "/api/user/reputation/{user1}/history", null,
        "401 401 401 403 200 403 200", "401 401 401 403 200 403 200", "401 401 401 403 403 403 200")]
    [InlineData("POST", "/api/user/reputation/cache/invalidate/{user1}", null,
        "401 401 401 200 200 200 200", "401 401 401 200 200 200 200", "401 401 401 200 200 200 200")]
    [InlineData("POST", "/api/user/reputation/cache/invalidate-all", null,
        "401 401 401 200 200 200 200", "401 401 401 200 200 200 200", "401 401 401 200 200 200 200")]
    [InlineData("GET", "/api/caller", null,
        "401 401 401 200 200 200 200", "401 401 401 200 200 200 200", "401 401 401 200 200 200 200")]
    public async Task Matches_AndReputations_AreOpenToWhomTheyConcern(string method, string path, string? body, string own, string unknown, string anothers)
    {
        var wrong = new List<string>();
        string[] rows = [own, unknown, anothers];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                var pair = fixture.NextFree();
                var target = path;
                var content = body;
                if (row == 1)
                    (target, content) = (path.Replace("{match}", $"{Guid.NewGuid()}", StringComparison.Ordinal), body?.Replace("{match}", $"{Guid.NewGuid()}", StringComparison.Ordinal));
                var caller = row == 2 ? fixture.NextFree() : pair;
                await CheckAsync(wrong, $"row {row + 1}, {Columns[column]}", Columns[column], caller, pair, method, target, content, rows[row].Split(' ')[column]);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Who may call a new endpoint is decided by its row here.</summary>
    [Fact]
    public void EveryEndpoint_HasARow()
    {
        var rows = RowsOf(nameof(Session_IsOpenToItsParticipants), method: 1).Concat(RowsOf(nameof(Matches_AndReputations_AreOpenToWhomTheyConcern), method: 0));

        var without = Operation.All.Select(static operation => EndpointOf(operation.Method, operation.Template)).Except(rows).ToList();

        Assert.True(without.Count == 0, $"No row says who may call {string.Join(", ", without)}.");

        static IEnumerable<string> RowsOf(string name, int method)
        {
            var test = typeof(AuthorizationGridTests).GetMethod(name)!;
            return test.GetCustomAttributes<InlineDataAttribute>().SelectMany(row => row.GetData(test))
                .Select(row => EndpointOf((string)row[method], (string)row[method + 1]));
        }

        static string EndpointOf(string method, string path) => $"{method} {Placeholder().Replace(path, "{}")}";
    }

    [GeneratedRegex("{[^}]*}")]
    private static partial Regex Placeholder();

    private static NumberedPair PairOf(int table, int cell, SessionState state) => new((table * PairsPerTable) + (cell * 5) + (int)state);

    private async Task CheckAsync(
        List<string> wrong, string cell, CallerKind kind, NumberedPair caller, NumberedPair pair, string method, string path, string? body, string expected)
    {
        var user = kind switch { CallerKind.Stranger => caller.Stranger, CallerKind.User2 => caller.User2, _ => caller.User1 };
        var draft = new Draft { Method = method, Path = Fill(path), Authorization = fixture.Callers.HeaderOf(kind, user) };
        draft.HeaderLines.Add("Host: wingman.test");
        if (body is not null) draft.ContentType = "application/json";
        if (method != "GET") draft.Body = System.Text.Encoding.UTF8.GetBytes(Fill(body ?? ""));
        using var connection = new RawConnection(fixture.Api.Address);
        using var deadline = new CancellationTokenSource(Testing.Eventually.Deadline);

        var answer = await connection.SendAsync(draft.ToBytes(), isHead: false, deadline.Token);

        Testing.DocumentedAnswers.Check(new HttpMethod(method), new Uri(fixture.Api.Address, Fill(path)), answer.Status, answer.ContentType, answer.Body);
        if ($"{answer.Status}" != expected) wrong.Add($"{method} {path}, {cell}: expected {expected}, not {answer.Status} {answer.Body}");

        string Fill(string text) => text
            .Replace("{session}", $"{pair.Session}", StringComparison.Ordinal).Replace("{match}", $"{pair.Match}", StringComparison.Ordinal)
            .Replace("{user1}", $"{pair.User1}", StringComparison.Ordinal).Replace("{user2}", $"{pair.User2}", StringComparison.Ordinal)
            .Replace("{buddy}", $"{(kind == CallerKind.User2 ? pair.User1 : pair.User2)}", StringComparison.Ordinal);
    }

    /// <summary>One service for the tables.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private const int Free = 5 * 3 * 7 * 6 * 2;
        private int _free;

        internal RunningApi Api { get; private set; } = null!;

        internal Callers Callers { get; private set; } = null!;

        /// <summary>A pair with an accepted match and no session, which is given out once.</summary>
        internal NumberedPair NextFree() => new((Tables * PairsPerTable) + (5 * Interlocked.Increment(ref _free)) + (int)SessionState.None);

        public async Task InitializeAsync()
        {
            Api = await RunningApi.StartAsync();
            Callers = new Callers(Api.Tokens);
            var numbers = Enumerable.Range(0, (Tables * PairsPerTable) + Free + 10);
            await Rows.InsertAsync(Api.ConnectionString, numbers.Select(static number => new NumberedPair(number)));
        }

        public async Task DisposeAsync() => await Api.DisposeAsync();
    }
}
