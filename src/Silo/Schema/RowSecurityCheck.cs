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

    // A policy without a condition for this role lets it see all rows, as if row-level security did not apply. A restrictive policy
    // with a condition takes rows away again, also if it is for everybody or for a role whose privileges this one has. Tables that
    // do not exist hide nothing.
    private const string Sql = """
        select relation::text, current_user::text, barrier.polname::text
        from (select to_regclass(t) from unnest($1::text[]) t) x (relation)
        left join lateral (
          select p.polname
          from pg_policy p
          where p.polrelid = relation and not p.polpermissive and p.polcmd in ('*', 'r', 'a', 'w')
            and exists (
              select from unnest(p.polroles) r
              where r = 0 or r in (select oid from pg_roles where pg_has_role(oid, 'usage')))
            and (coalesce(pg_get_expr(p.polqual, p.polrelid), 'true') <> 'true'
                 or coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') <> 'true')
          order by p.polname limit 1) barrier on true
        where row_security_active(relation)
          and (barrier.polname is not null
               or not exists (
                 select from pg_policy p
                 where p.polrelid = relation and p.polpermissive and p.polcmd = '*'
                   and (select oid from pg_roles where rolname = current_user) = any (p.polroles)
                   and pg_get_expr(p.polqual, p.polrelid) = 'true'))
        order by barrier.polname is null, 1
        """;

    /// <summary>Checks the connection's role.</summary>
    /// <exception cref="RowSecurityException">It would not see the rows.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await FindAsync(connection, cancellation) is not var (table, role, barrier)) return;

        throw new RowSecurityException(barrier is null
            ? $"Row-level security of {table} applies to the role '{role}', which would not see its rows. Let Wingman connect as a role with "
                + $"bypassrls, or run as the tables' owner what './wingman schema grants {role}' prints: {RuntimeGrants.For(role).ReplaceLineEndings(" ")}"
            : $"Row-level security of {table} applies to the role '{role}': the restrictive policy '{barrier}' may hide rows from it or forbid changes, "
                + "and no grant and no other policy lifts that. Let Wingman connect as a role with bypassrls, or change that policy so that it does not "
                + "apply to this role.");
    }

    /// <summary>Checks a role that is to apply the schema, which remembers whether there were sessions before; the tables may be missing.</summary>
    /// <exception cref="RowSecurityException">It would not see them.</exception>
    public static async Task RunBeforeSchemaAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await FindAsync(connection, cancellation) is not var (table, role, _)) return;

        throw new RowSecurityException(
            $"Row-level security of {table} applies to the role '{role}', which would not see whether there are rows already. "
            + "Run './wingman schema apply' as the tables' owner or as a role with bypassrls.");
    }

    private static async Task<(string Table, string Role, string? Barrier)?> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Tables });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;

        return (reader.GetString(0), reader.GetString(1), await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2));
    }
}

/// <summary>Row-level security hides the product's rows from the service's role.</summary>
/// <param name="message">How to correct it.</param>
internal sealed class RowSecurityException(string message) : Exception(message);
