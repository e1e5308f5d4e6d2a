using System.Globalization;
using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>
/// A year of the product's data, from a seed: users, challenges, matches of every status and none, sessions of every <see cref="SessionKind"/>,
/// and counters as the old backend leaves them, some of them a few credits too low.
/// </summary>
public sealed class ProductData
{
    private ProductData(
        ProductDataOptions options,
        IReadOnlyList<ProductUser> users,
        IReadOnlyList<ProductChallenge> challenges,
        IReadOnlyList<ProductMatch> matches,
        IReadOnlyList<ProductSession> sessions) =>
        (Options, Users, Challenges, Matches, Sessions) = (options, users, challenges, matches, sessions);

    /// <summary>What it was generated from.</summary>
    public ProductDataOptions Options { get; }

    /// <summary>The rows of <c>user_profiles</c>.</summary>
    public IReadOnlyList<ProductUser> Users { get; }

    /// <summary>The rows of <c>approach_challenges</c>.</summary>
    public IReadOnlyList<ProductChallenge> Challenges { get; }

    /// <summary>The rows of <c>wingman_matches</c>.</summary>
    public IReadOnlyList<ProductMatch> Matches { get; }

    /// <summary>The rows of <c>wingman_sessions</c>.</summary>
    public IReadOnlyList<ProductSession> Sessions { get; }

    /// <summary>Generates the rows; nothing is written.</summary>
    public static ProductData Generate(ProductDataOptions options)
    {
        var generator = new ProductGenerator(options);
        var users = generator.Users();
        var challenges = generator.Challenges();
        var matches = generator.Matches(users);
        var sessions = generator.Sessions(matches, challenges);
        return new(options, users, challenges, generator.Counted(matches, sessions), sessions);
    }

    /// <summary>Inserts everything in one transaction, as the tables' owner, and updates the server's statistics.</summary>
    /// <param name="database">A <see cref="ProductDatabase"/>.</param>
    /// <param name="log">Receives a line about what is inserted, with the seed; the console if null.</param>
    /// <param name="cancellation">Stops the insert.</param>
    public async Task InsertAsync(NpgsqlDataSource database, TextWriter? log = null, CancellationToken cancellation = default)
    {
        await (log ?? Console.Out).WriteLineAsync(ToString());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await ProductInserts.InsertAsync(connection, this, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await using var analyze = new NpgsqlCommand(
            "analyze public.user_profiles, public.approach_challenges, public.wingman_matches, public.wingman_sessions", connection);
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The numbers of rows, and the seed that generates them again.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Product data of seed {Options.Seed} until {Options.Now:O}: {Users.Count} users, {Matches.Count} matches, {Sessions.Count} sessions");
}
