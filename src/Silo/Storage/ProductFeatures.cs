using Npgsql;

namespace Wingman.Silo.Storage;

/// <summary>
/// Which tables of the product, beside matches and sessions, the database has. Read once, before the first grain is called:
/// after one is added, the silos must be restarted.
/// </summary>
internal sealed class ProductFeatures
{
    /// <summary>Whether there are <c>user_profiles</c>.</summary>
    public bool HasProfiles { get; private set; }

    /// <summary>Whether there are <c>approach_challenges</c>.</summary>
    public bool HasChallenges { get; private set; }

    /// <summary>Finds out which of them exist and may be read by the connection's role.</summary>
    public async Task ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string Sql = """
            select coalesce(has_table_privilege(to_regclass('public.user_profiles'), 'select'), false),
                   coalesce(has_table_privilege(to_regclass('public.approach_challenges'), 'select'), false)
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        HasProfiles = reader.GetBoolean(0);
        HasChallenges = reader.GetBoolean(1);
    }
}
