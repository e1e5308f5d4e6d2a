using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether the role of the connection may do what Wingman does, and others may not.</summary>
internal sealed class PrivilegeChecks : IDoctorCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "privileges";

    private const string MissingSql = """
        select t, string_agg(p, ', ')
        from unnest(array['public.wingman_matches', 'public.wingman_sessions']) t, unnest(array['SELECT', 'INSERT', 'UPDATE']) p
        where not has_table_privilege(t, p)
        group by t
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

        if (await connection.IsTrueAsync("select to_regnamespace('wingman') is null or to_regnamespace('orleans') is null"))
        {
            findings.Add(await connection.IsTrueAsync("select has_database_privilege(current_database(), 'CREATE')")
                ? new(Name, Severity.Ok, "Wingman's schemas do not exist yet; the first start creates them.")
                : new(Name, Severity.Problem, $"Wingman's schemas do not exist yet, and the role {role} may not create them. As the tables' owner:")
                {
                    Command = $"./wingman schema apply\n./wingman schema grants {role} | psql",
                });
        }
        else if (!await connection.IsTrueAsync("select has_schema_privilege('orleans', 'USAGE') and has_schema_privilege('wingman', 'USAGE')"))
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
