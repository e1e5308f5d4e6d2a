using Microsoft.Extensions.Logging.Abstractions;
using Wingman.Silo.Schema;
using Wingman.Testing;
using Wingman.Testing.Product;

namespace Wingman.Storage.Tests.Fixtures;

/// <summary>The product's own database, with all its indexes, references and policies, to which Wingman's schema was added later.</summary>
public sealed class ExistingFixture : StorageFixture
{
    internal ProductDatabase Product { get; private set; } = null!;

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Product.DisposeAsync();
    }

    internal override Task InsertUsersAsync(params Guid[] users) =>
        ExecuteAsync("insert into user_profiles (id, first_name) select id, 'Someone' from unnest($1) id", users);

    internal override async Task<Guid> InsertChallengeAsync() =>
        await ScalarAsync<Guid>("insert into approach_challenges (difficulty, title) values ('beginner', 'Say hello') returning id");

    private protected override async Task<string> CreateDatabaseAsync()
    {
        Product = await ProductDatabase.CreateAsync(await TestPostgres.CreateEmptyDatabaseAsync());
        await SchemaMigrator.ApplyAsync(Product.ConnectionString, NullLogger.Instance, CancellationToken.None);
        return Product.ConnectionString;
    }
}
