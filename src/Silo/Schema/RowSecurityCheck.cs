using Npgsql;

namespace Wingman.Silo.Schema;

/// <summary>
/// Refuses a role to which row-level security applies without a policy of its own: an update of a row that it may not see
/// changes nothing, and reports no error.
/// </summary>
internal static class RowSecurityCheck
{
    /// <summary>The product's tables.</summary>
    public static readonly string[] Tables = ["public.wingman_matches", "public.wingman_sessions"];

    // A policy without a condition for this role lets it see all rows, as if row-level security did not apply.
    private const string Sql = """
        select t::regclass::text, current_user::text
        from unnest($1::text[]) t
        where row_security_active(t::regclass)
          and not exists (
            select from pg_policy p
            where p.polrelid = t::regclass and p.polpermissive and p.polcmd = '*'
              and (select oid from pg_roles where rolname = current_user) = any (p.polroles)
              and pg_get_expr(p.polqual, p.polrelid) = 'true')
        """;

    /// <summary>Checks the connection's role.</summary>
    /// <exception cref="RowSecurityException">It would not see the rows.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Tables });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return;

        var role = reader.GetString(1);
        throw new RowSecurityException(
            $"Row-level security of {reader.GetString(0)} applies to the role '{role}', which would not see its rows. Let Wingman connect as a role with "
            + $"BYPASSRLS, or run as the tables' owner what './wingman schema grants {role}' prints: {RuntimeGrants.For(role).ReplaceLineEndings(" ")}");
    }
}

/// <summary>Row-level security hides the product's rows from the service's role.</summary>
/// <param name="message">How to correct it.</param>
internal sealed class RowSecurityException(string message) : Exception(message);
