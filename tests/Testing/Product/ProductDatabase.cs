using System.Text.Json;
using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>
/// A database as the existing product has it on Supabase: its four tables with every index, its roles, grants and policies, and
/// <c>auth.uid()</c>. Nothing of Wingman is in it.
/// </summary>
public sealed class ProductDatabase : IAsyncDisposable
{
    private const string BuiltInUuids =
        "create function extensions.uuid_generate_v4() returns uuid language sql volatile as 'select pg_catalog.gen_random_uuid()'";

    private ProductDatabase(string connectionString, UuidFunction uuids)
    {
        ConnectionString = connectionString;
        Uuids = uuids;
        Sql = NpgsqlDataSource.Create(connectionString);
    }

    /// <summary>The connection string of the tables' owner.</summary>
    public string ConnectionString { get; }

    /// <summary>What generates the ids.</summary>
    public UuidFunction Uuids { get; }

    /// <summary>The connections of the tables' owner, who can read everything.</summary>
    public NpgsqlDataSource Sql { get; }

    /// <summary>Creates everything in an empty database.</summary>
    /// <param name="connectionString">The database, as a superuser: roles are created and later switched.</param>
    /// <param name="preferred"><see cref="UuidFunction.BuiltIn"/> leaves the extension out even if the server has it.</param>
    /// <param name="cancellation">Stops the creation.</param>
    public static async Task<ProductDatabase> CreateAsync(
        string connectionString, UuidFunction preferred = UuidFunction.Extension, CancellationToken cancellation = default)
    {
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await owner.OpenAsync(cancellation);
        await RunAsync(owner, Resource("ProductRoles.sql"), cancellation);
        var uuids = preferred == UuidFunction.Extension && await HasExtensionAsync(owner, cancellation)
            ? UuidFunction.Extension
            : UuidFunction.BuiltIn;
        await RunAsync(
            owner,
            $"""
            create schema extensions;
            {(uuids == UuidFunction.Extension ? "create extension \"uuid-ossp\" with schema extensions" : BuiltInUuids)};
            {Resource("ProductSchema.sql")}
            """,
            cancellation);
        return new ProductDatabase(connectionString, uuids);
    }

    /// <summary>Executes one statement as the REST layer does for a caller.</summary>
    /// <param name="role">Who the caller's token says they are.</param>
    /// <param name="user">The token's subject; null if it has none.</param>
    /// <param name="sql">One statement with positional parameters (<c>$1</c>).</param>
    /// <param name="parameters">Their values; null is SQL's null.</param>
    /// <returns>How many rows were changed; -1 for a query.</returns>
    /// <exception cref="PostgresException">The database refused: 42501 where a privilege or a policy's check is missing.</exception>
    public Task<int> ExecuteAsRestAsync(RestRole role, Guid? user, string sql, params object?[] parameters) =>
        AsRestAsync(role, user, sql, parameters, static command => command.ExecuteNonQueryAsync());

    /// <summary>Reads one value as the REST layer does for a caller.</summary>
    /// <returns>The first column of the first row; the default if there is none or it is null.</returns>
    /// <inheritdoc cref="ExecuteAsRestAsync"/>
    public Task<T?> ScalarAsRestAsync<T>(RestRole role, Guid? user, string sql, params object?[] parameters) =>
        AsRestAsync(role, user, sql, parameters, static async command => await command.ExecuteScalarAsync() is T value ? value : default);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Sql.DisposeAsync();

    internal static string NameOf(RestRole role) => role switch
    {
        RestRole.Anonymous => "anon",
        RestRole.Authenticated => "authenticated",
        RestRole.Service => "service_role",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };

    /// <summary>
    /// One transaction per request: the role and the token's claims are set for it alone, so the connection returns to the pool
    /// without them. The session's user becomes authenticator first, because a superuser's session could switch to any role.
    /// </summary>
    private async Task<T> AsRestAsync<T>(RestRole role, Guid? user, string sql, object?[] parameters, Func<NpgsqlCommand, Task<T>> run)
    {
        await using var connection = await Sql.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var switching = new NpgsqlCommand(
            """
            select set_config('session_authorization', 'authenticator', true), set_config('role', $1, true),
                   set_config('request.jwt.claims', $2, true), set_config('search_path', 'public, extensions', true)
            """,
            connection,
            transaction);
        switching.Parameters.AddWithValue(NameOf(role));
        switching.Parameters.AddWithValue(Claims(role, user));
        await switching.ExecuteNonQueryAsync();

        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter ?? DBNull.Value);
        var result = await run(command);
        await transaction.CommitAsync();
        return result;
    }

    private static string Claims(RestRole role, Guid? user)
    {
        var claims = new Dictionary<string, string> { ["role"] = NameOf(role) };
        if (user is { } subject) claims["sub"] = subject.ToString();
        return JsonSerializer.Serialize(claims);
    }

    private static async Task<bool> HasExtensionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var available = new NpgsqlCommand("select exists (select from pg_available_extensions where name = 'uuid-ossp')", connection);
        return (bool)(await available.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // Without a transaction of its own, a failure would leave half of the statements done.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static string Resource(string name)
    {
        using var stream = typeof(ProductDatabase).Assembly.GetManifestResourceStream($"Wingman.Testing.Product.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded in this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
