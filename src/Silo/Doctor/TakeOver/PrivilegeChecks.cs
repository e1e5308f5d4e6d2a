using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether the role of the connection may do what Wingman does, and others may not.</summary>
internal sealed class PrivilegeChecks : IDoctorCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "privileges";

    /// <summary>The name of what is found about tables that are only read for answers. The checks of rows do not need them.</summary>
    private const string Shown = "shown";

    private const string MissingSql = """
        select t, string_agg(p, ', ')
        from unnest(array['public.wingman_matches', 'public.wingman_sessions']) t, unnest(array['select', 'insert', 'update']) p
        where not has_table_privilege(t, p)
        group by t
        """;

    // A policy that names this role is assumed to be intended, whichever rows it shows. A policy for other roles must not hide rows from it.
    private static readonly string ShownSql = $"""
        select case when has_table_privilege(r, 'select') then 'is kept by row-level security from the rows of ' else 'lacks select on ' end || t
        from unnest(array['{string.Join("', '", RuntimeGrants.OptionalTables)}']) t, to_regclass(t) r
        where r is not null
          and (not has_table_privilege(r, 'select')
               or row_security_active(r)
                  and not exists (
                    select from pg_policy p, unnest(p.polroles) o
                    where p.polrelid = r and p.polpermissive and p.polcmd in ('*', 'r')
                      and (o = (select oid from pg_roles where rolname = current_user)
                           or pg_get_expr(p.polqual, p.polrelid) = 'true'
                              and (o = 0 or o in (select oid from pg_roles where pg_has_role(oid, 'usage'))))))
        order by t
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        List<Finding> findings = [];
        var role = (await connection.RowsAsync("select current_user::text"))[0][0]!;
        var grants = new Lazy<string>(() => RuntimeGrants.For(role));
        foreach (var row in await connection.RowsAsync(MissingSql))
            findings.Add(new(Name, Severity.Problem, $"The role {role} lacks {row[1]} on {row[0]}.") { Command = grants.Value });

        try
        {
            await RowSecurityCheck.RunAsync(connection, CancellationToken.None);
        }
        catch (RowSecurityException hidden)
        {
            if (findings.Count == 0) findings.Add(new(Name, Severity.Problem, hidden.Message));
        }

        foreach (var row in await connection.RowsAsync(ShownSql))
            findings.Add(new(Shown, Severity.Problem, $"The role {role} {row[0]}, which answers would show.") { Command = grants.Value });

        if (await connection.IsTrueAsync("select to_regnamespace('wingman') is null or to_regnamespace('orleans') is null"))
        {
            findings.Add(await connection.IsTrueAsync("select has_database_privilege(current_database(), 'create')")
                ? new(Name, Severity.Ok, "Wingman's schemas do not exist yet; the first start creates them.")
                : new(Name, Severity.Problem, $"Wingman's schemas do not exist yet, and the role {role} may not create them. As the tables' owner:")
                {
                    Command = $"./wingman schema apply\n./wingman schema grants {role} | psql -v ON_ERROR_STOP=1",
                });
        }
        else if (!await connection.IsTrueAsync("select has_schema_privilege('orleans', 'usage') and has_schema_privilege('wingman', 'usage')"))
        {
            findings.Add(new(Name, Severity.Problem, $"The role {role} may not use Wingman's schemas.") { Command = grants.Value });
        }

        try
        {
            await IsolationCheck.RunAsync(connection, CancellationToken.None);
        }
        catch (IsolationException open)
        {
            findings.Add(new(Name, Severity.Problem, open.Message));
        }

        if (!findings.Exists(static finding => finding.Severity == Severity.Problem))
            findings.Add(new(Name, Severity.Ok, $"The role {role} can read and change the product's rows; a REST layer's roles cannot access Wingman's own."));
        return findings;
    }
}
