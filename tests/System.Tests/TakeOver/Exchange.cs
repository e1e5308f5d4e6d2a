using System.Globalization;
using Wingman.Testing.History;
using Wingman.Testing.Product;

namespace Wingman.SystemTests.TakeOver;

/// <summary>Two buddies, a match and a session of theirs on the product's database, for one exchange.</summary>
internal sealed record Scene(ProductService Product, OldBackend Old, Pair Buddies, Guid Session, Guid Challenge1, Guid Challenge2)
{
    public static readonly DateTimeOffset Past = new(2025, 3, 4, 18, 30, 0, TimeSpan.Zero);

    /// <summary>A time in the future, in whole seconds.</summary>
    public static DateTimeOffset Future { get; } =
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(30);

    public string SessionPath => $"/api/session/{Session}";

    public Task<Answer> ConfirmAsync(Guid user) =>
        Product.SendAsync(HttpMethod.Post, "/api/session/confirm-completion", user, new { session_id = Session });

    public Task<Answer> ConfirmOlderAsync(Guid user, Guid buddy) =>
        Product.SendAsync(HttpMethod.Post, $"{SessionPath}/confirm", user, new { buddy_user_id = buddy });

    public Task<Answer> CreateAsync(Guid? user, object time, Guid? challenge1, Guid? challenge2, string venue = "Café") =>
        Product.SendAsync(HttpMethod.Post, "/api/session/create", user, challenge1 is null
            ? new { match_id = Buddies.Match, venue_name = venue, time }
            : new { match_id = Buddies.Match, venue_name = venue, time, user1_challenge_id = challenge1, user2_challenge_id = challenge2 });

    public Task SetAsync(string assignment) => Product.ExecuteAsync($"update public.wingman_sessions set {assignment} where id = '{Session}'");

    public Task SetMatchAsync(string assignment) => Product.ExecuteAsync($"update public.wingman_matches set {assignment} where id = '{Buddies.Match}'");

    public Task DropSessionAsync() => Product.ExecuteAsync($"delete from public.wingman_sessions where id = '{Session}'");

    /// <summary>The row's flags, status, whether it has a time of completion, and the match's counters.</summary>
    public async Task<string> RowAsync() => await Product.ScalarAsync<string>(
        """
        select concat_ws(' ', coalesce(s.status, 'null'), coalesce(s.user1_completed_confirmed_by_user2::text, 'null'),
          coalesce(s.user2_completed_confirmed_by_user1::text, 'null'), s.completed_at is not null, m.user1_reputation, m.user2_reputation, s.notes)
        from public.wingman_sessions s join public.wingman_matches m on m.id = s.match_id where s.id = $1
        """,
        Session) ?? "no row";
}

/// <summary>
/// One exchange of the session family: the answer of the old backend and its rows in the tables, and those of Wingman. Both are
/// lines of text and are compared. Exchanges that differ must be in the documentation's table of differences.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Difference">The row of that table; null if both must be equal.</param>
/// <param name="Old">Calls the old backend, or gives its known answer.</param>
/// <param name="Ours">Wingman.</param>
internal sealed record Exchange(string Name, string? Difference, Func<Scene, Task<string>> Old, Func<Scene, Task<string>> Ours)
{
    /// <summary>An exchange in which the old backend's stand-in is called, and the rows are compared too.</summary>
    public static Exchange Live(
        string name, string? difference, Func<Scene, Task<OldAnswer>> old, Func<Scene, Task<Answer>> ours, Func<Scene, Task>? setUp = null) => new(
        name,
        difference,
        async scene =>
        {
            if (setUp is not null) await setUp(scene);
            var answer = await old(scene);
            return Line(answer.StatusCode, answer.Message, answer.SessionStatus, answer.BothConfirmed, answer.ReputationUpdated) + " | " + await scene.RowAsync();
        },
        async scene =>
        {
            if (setUp is not null) await setUp(scene);
            var answer = await ours(scene);
            return OurLine(answer) + " | " + await scene.RowAsync();
        });

    /// <summary>An exchange for which the old backend's answer is given as text.</summary>
    public static Exchange Known(string name, string? difference, string old, Func<Scene, Task<Answer>> ours, Func<Scene, Task>? setUp = null) =>
        Known(name, difference, old, async scene => OurLine(await ours(scene)), setUp);

    /// <inheritdoc cref="Known(string, string?, string, Func{Scene, Task{Answer}}, Func{Scene, Task}?)"/>
    public static Exchange Known(string name, string? difference, string old, Func<Scene, Task<string>> ours, Func<Scene, Task>? setUp = null) => new(
        name,
        difference,
        _ => Task.FromResult(old),
        async scene =>
        {
            if (setUp is not null) await setUp(scene);
            return await ours(scene);
        });

    private static string OurLine(Answer answer)
    {
        var body = answer.Body;
        return Line(
            answer.Status,
            answer.Message,
            body.TryGetProperty("session_status", out var status) ? status.GetString() : null,
            body.TryGetProperty("both_confirmed", out var both) ? both.GetBoolean() : null,
            body.TryGetProperty("reputation_updated", out var updated) ? updated.GetBoolean() : null);
    }

    private static string Line(int status, string message, string? sessionStatus, bool? both, bool? updated) =>
        string.Create(CultureInfo.InvariantCulture, $"{status} {message} {sessionStatus} {both} {updated}").TrimEnd();
}
