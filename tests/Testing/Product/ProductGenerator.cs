namespace Wingman.Testing.Product;

/// <summary>The random choices of <see cref="ProductData"/>. Their order decides which rows a seed gives.</summary>
internal sealed class ProductGenerator(ProductDataOptions options)
{
    private static readonly string?[] FirstNames = ["Ada", "Björn", "Chloé", "李", "Nneka", "Zoë-Marie", "", null];

    private static readonly string?[] Venues = ["Café Central", "The Old Mill", "Park", "O'Malley's \"Bar\"", "広場", new('v', 200), "", null];

    /// <summary>Any text may be a match's status: the present three, planned ones, and texts that people type.</summary>
    private static readonly string?[] OddStatuses = ["expired", "ACCEPTED", "accepted ", "blocked", "déclinée", new('x', 50), "", null];

    private readonly Random _random = new(options.Seed);

    private readonly DateTimeOffset _now = ToMicroseconds(options.Now);

    public List<ProductUser> Users() => [.. Enumerable.Range(0, options.Users).Select(index => new ProductUser(
        NewId(),
        Chance(0.95) ? $"user{index}@wingman.test" : null,
        Pick(FirstNames),
        Chance(0.5) ? "Example" : null,
        Chance(0.98) ? InThePastYear() : null))];

    public List<ProductChallenge> Challenges() => [.. Enumerable.Range(0, 12).Select(index => new ProductChallenge(
        NewId(),
        (index % 3) switch { 0 => "beginner", 1 => "intermediate", _ => "advanced" },
        $"Challenge {index + 1}",
        index % 4 == 3 ? null : "Say hello to someone you do not know.",
        index == 11 ? null : 10 * (1 + (index % 3))))];

    public List<ProductMatch> Matches(IReadOnlyList<ProductUser> users) => [.. Enumerable.Range(0, options.Matches).Select(index =>
    {
        var user1 = Skewed(users.Count);
        var user2 = (user1 + 1 + _random.Next(users.Count - 1)) % users.Count;
        var status = index < OddStatuses.Length ? OddStatuses[index] : AnyStatus();
        return new ProductMatch(NewId(), users[user1].Id, users[user2].Id, status, 0, 0, Chance(0.98) ? InThePastYear() : null);
    })];

    public List<ProductSession> Sessions(IReadOnlyList<ProductMatch> matches, IReadOnlyList<ProductChallenge> challenges)
    {
        // Few sessions are of a match that is not accepted, or no longer.
        ProductMatch[] accepted = [.. matches.Where(static match => match.Status == "accepted")];
        var shapes = new SessionShapes(_random, _now);
        List<ProductSession> sessions = new(options.Sessions);
        for (var index = 0; index < options.Sessions; index++)
        {
            var kind = shapes.KindOf(index);
            var active = kind == SessionKind.SecondActive ? sessions.FindLast(static s => s.Status is "scheduled" or "in_progress") : null;
            var match = active is not null
                ? active.Match
                : Skewed(Chance(0.97) && accepted.Length > 0 ? accepted : matches).Id;
            sessions.Add(shapes.Shape(Plain(match, challenges), kind));
        }

        return sessions;
    }

    /// <summary>The matches with their counters: one for each completion, less what the races lost, and forged or null now and then.</summary>
    public List<ProductMatch> Counted(IReadOnlyList<ProductMatch> matches, IReadOnlyList<ProductSession> sessions)
    {
        var completions = sessions.Where(static session => session.Status == "completed").CountBy(static session => session.Match).ToDictionary();
        return [.. matches.Select(match =>
        {
            var count = completions.GetValueOrDefault(match.Id);
            int? counter = _random.Next(100) switch { 0 => null, 1 => 99, < 7 => Math.Max(0, count - 1), _ => count };
            return match with { User1Reputation = counter, User2Reputation = Chance(0.99) ? counter : null };
        })];
    }

    private ProductSession Plain(Guid match, IReadOnlyList<ProductChallenge> challenges)
    {
        var scheduledAt = InThePastYear();
        return new(
            NewId(),
            match,
            Chance(0.95) ? Pick(challenges).Id : null,
            Chance(0.95) ? Pick(challenges).Id : null,
            Pick(Venues),
            scheduledAt,
            "scheduled",
            CompletedAt: null,
            User1Flag: false,
            User2Flag: false,
            Chance(0.1) ? "We meet at the door." : null,
            Chance(0.98) ? scheduledAt - TimeSpan.FromHours(_random.Next(1, 500)) : null);
    }

    private string? AnyStatus() => _random.Next(100) switch
    {
        < 78 => "accepted",
        < 88 => "pending",
        < 95 => "declined",
        _ => Pick(OddStatuses),
    };

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    private T Skewed<T>(IReadOnlyList<T> choices) => choices[Skewed(choices.Count)];

    /// <summary>Low numbers come more often, so that some users and matches have very many sessions and some have none.</summary>
    private int Skewed(int count) => (int)(count * Math.Pow(_random.NextDouble(), 2));

    /// <summary>Never within the last hour, because tests let time pass.</summary>
    private DateTimeOffset InThePastYear() => _now - TimeSpan.FromHours(1) - TimeSpan.FromSeconds(_random.Next(365 * 24 * 3600));

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The precision of the database, so that a row that is read equals the one that was generated.</summary>
    private static DateTimeOffset ToMicroseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
