using Npgsql;

namespace Wingman.Silo.Schema;

/// <summary>
/// Refuses a database in which callers of a REST layer can reach Wingman's own tables. Supabase's REST layer runs statements as
/// <c>anon</c> and <c>authenticated</c>; a role that can write to <c>orleans.orleansquery</c> runs SQL as the service.
/// </summary>
internal static class IsolationCheck
{
    /// <summary>The roles that a REST layer switches to for anybody who asks.</summary>
    public static readonly string[] Outsiders = ["anon", "authenticated"];

    // A privilege counts if it was granted to the role, to everybody, or to a role that it is a member of (whether it inherits
    // or must switch first). Where an access list is null only the owner has privileges, for schemas, tables and sequences
    // alike. What is granted by default on new tables of a schema would open the table that the next version adds.
    private const string Sql = """
        with outsider as (select oid, rolname from pg_roles where rolname = any ($1)),
        space as (select oid, nspname, nspowner, nspacl from pg_namespace where nspname = any ($2)),
        granted as (
          select 'schema' as kind, nspname, nspowner as owner, a.grantee
          from space, aclexplode(nspacl) a
          union all
          select case c.relkind when 'S' then 'sequences' else 'tables' end, nspname, c.relowner, a.grantee
          from space join pg_class c on c.relnamespace = space.oid, aclexplode(c.relacl) a
          where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          union all
          select 'tables', nspname, c.relowner, a.grantee
          from space join pg_class c on c.relnamespace = space.oid join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
          union all
          select case d.defaclobjtype when 'r' then 'default tables' else 'default sequences' end, nspname, d.defaclrole, a.grantee
          from space join pg_default_acl d on d.defaclnamespace = space.oid, aclexplode(d.defaclacl) a
          where d.defaclobjtype in ('r', 'S')),
        reached as (
          select o.rolname as outsider, g.kind, g.nspname, g.grantee,
                 case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end as who,
                 g.grantee in (g.owner, (select oid from pg_roles where rolname = current_user)) as is_ours,
                 quote_ident(pg_get_userbyid(g.owner)) as owner
          from outsider o join granted g on g.grantee = 0 or pg_has_role(o.oid, g.grantee, 'member')
          union all
          select o.rolname, 'schema', s.nspname, s.nspowner, quote_ident(pg_get_userbyid(s.nspowner)), true, quote_ident(pg_get_userbyid(s.nspowner))
          from outsider o join space s on pg_has_role(o.oid, s.nspowner, 'member'))
        select distinct outsider, nspname::text,
               case
                 when is_ours then format('revoke %s from %I;', who, outsider)
                 when kind = 'schema' then format('revoke all on schema %I from %s;', nspname, who)
                 when kind like 'default %' then format('alter default privileges for role %s in schema %I revoke all on %s from %s;',
                                                        owner, nspname, substr(kind, 9), who)
                 else format('revoke all on all %s in schema %I from %s;', kind, nspname, who)
               end
        from reached
        order by 3, 1, 2
        """;

    /// <summary>Checks the database. Nothing is checked where it has none of the roles.</summary>
    /// <exception cref="IsolationException">One of them has a privilege in Wingman's schemas; the message has the SQL that revokes it.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Outsiders });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [SchemaMigrator.OrleansSchema, SchemaMigrator.WingmanSchema] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        SortedSet<string> outsiders = new(StringComparer.Ordinal), schemas = new(StringComparer.Ordinal), mending = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            outsiders.Add($"'{reader.GetString(0)}'");
            schemas.Add(reader.GetString(1));
            mending.Add(reader.GetString(2));
        }

        if (mending.Count == 0) return;

        throw new IsolationException(
            $"The role {string.Join(" and the role ", outsiders)}, which a REST layer uses for every caller, has privileges in the schema "
            + $"{string.Join(" and the schema ", schemas)}. As the owner run: {string.Join(" ", mending)}");
    }
}

/// <summary>Callers of a REST layer can reach Wingman's own tables.</summary>
/// <param name="message">The SQL that corrects it.</param>
internal sealed class IsolationException(string message) : Exception(message);
