namespace Wingman.Silo.Schema;

/// <summary>
/// Closes the product's two tables to writes through the REST layer. The product's policies let a participant set the buddy's
/// flag, the status and the counters, and insert completed sessions and accepted matches; privileges on the tables are what
/// they need. Reads, the service role and Wingman's own role are left as they are.
/// </summary>
/// <remarks>
/// There are two measures, because the first is often undone by accident: scripts for Supabase grant everything on all tables of
/// public to its roles. Policies that the product has are neither changed nor dropped; the restrictive ones that are added hold
/// beside them. What was taken is kept in <c>wingman.lockdown</c>.
/// </remarks>
internal static class Lockdown
{
    private const string NoInsert = "wingman lockdown: no insert";
    private const string NoUpdate = "wingman lockdown: no update";
    private const string NoDelete = "wingman lockdown: no delete";

    private static readonly string Tables = string.Join(", ", RowSecurityCheck.Tables);
    private static readonly string TableList = string.Join(", ", RowSecurityCheck.Tables.Select(static table => $"'{table}'::regclass"));

    /// <summary>Which roles of the REST layer have which of these privileges.</summary>
    private static readonly string OpenSql = $"""
        select o.rolname::text as outsider, format('%I.%I', c.relnamespace::regnamespace, c.relname) as relation, p.privilege
        from pg_roles o, unnest(array[{TableList}]) t, (values ('insert', 'a'), ('update', 'w')) p (privilege, command), pg_class c
        where c.oid = t and o.rolname in ('anon', 'authenticated')
          and (has_table_privilege(o.oid, t, p.privilege) or has_any_column_privilege(o.oid, t, p.privilege))
        """;

    /// <summary>
    /// A query for each write that a role of the REST layer may do: the role, the table, the command. Empty where the product's
    /// tables are closed.
    /// </summary>
    public static string OpenWrites { get; } = $"""
        {OpenSql}
          and (
            not c.relrowsecurity
            or exists (
              select from pg_policy b
              where b.polrelid = t and b.polpermissive and b.polcmd in (p.command::"char", '*') and b.polroles && array[o.oid, 0::oid])
            and not exists (
              select from pg_policy b
              where b.polrelid = t and not b.polpermissive and b.polcmd in (p.command::"char", '*') and b.polroles && array[o.oid, 0::oid]
                and 'false' in (pg_get_expr(b.polqual, t), pg_get_expr(b.polwithcheck, t))))
        order by 1, 2, 3
        """;

    /// <summary>Closes the tables, in one transaction, which may be run again. For the tables' owner, after the schema was applied.</summary>
    public static string Apply { get; } = $"""
        begin;
        -- While this waits for its lock, all other traffic on the tables waits behind it. So it fails after five seconds.
        set local lock_timeout = '5s';
        lock table {Tables} in access exclusive mode;

        -- Records the privileges that are taken, so that the other script can give them back.
        insert into wingman.lockdown (relation, column_name, grantee, privilege, is_grantable)
        select format('%I.%I', c.relnamespace::regnamespace, c.relname), a.column_name, case when a.grantee = 0 then 'public' else r.rolname end, a.privilege_type, bool_or(a.is_grantable)
        from pg_class c
        cross join lateral (
          select null::text as column_name, x.grantee, x.privilege_type, x.is_grantable from aclexplode(c.relacl) x
          union all
          select t.attname::text, x.grantee, x.privilege_type, x.is_grantable
          from pg_attribute t, aclexplode(t.attacl) x where t.attrelid = c.oid and not t.attisdropped) a
        left join pg_roles r on r.oid = a.grantee
        where c.oid in ({TableList})
          and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
          and (a.grantee = 0 or r.rolname in ('anon', 'authenticated'))
        group by 1, 2, 3, 4
        on conflict do nothing;

        revoke insert, update, delete, truncate on {Tables} from public, anon, authenticated;

        {string.Join(Environment.NewLine, RowSecurityCheck.Tables.SelectMany(Bars))}

        do $verify$
        declare
          open record;
        begin
          for open in {OpenSql} loop
            raise exception 'The role % may still % on %: it has that through another role, or someone other than the owner granted it.',
              open.outsider, open.privilege, open.relation;
          end loop;
        end
        $verify$;
        commit;
        """;

    /// <summary>Gives back what <see cref="Apply"/> took, in one transaction, which may be run again.</summary>
    public static string Undo { get; } = $"""
        begin;
        -- While this waits for its lock, all other traffic on the tables waits behind it. So it fails after five seconds.
        set local lock_timeout = '5s';
        lock table {Tables} in access exclusive mode;

        {string.Join(Environment.NewLine, RowSecurityCheck.Tables.SelectMany(DropBars))}

        do $give$
        declare
          taken record;
        begin
          for taken in
            select l.* from wingman.lockdown l
            where to_regclass(l.relation) is not null
              and (l.grantee = 'public' or exists (select from pg_roles where rolname = l.grantee))
              and (l.column_name is null
                   or exists (select from pg_attribute where attrelid = l.relation::regclass and attname = l.column_name and not attisdropped))
          loop
            execute format('grant %s%s on %s to %s%s', taken.privilege, ' (' || quote_ident(taken.column_name) || ')', taken.relation,
              case taken.grantee when 'public' then 'public' else quote_ident(taken.grantee) end,
              case when taken.is_grantable then ' with grant option' else '' end);
          end loop;
        end
        $give$;

        delete from wingman.lockdown;
        commit;
        """;

    private static string[] Bars(string table) =>
    [
        .. DropBars(table),
        $"create policy \"{NoInsert}\" on {table} as restrictive for insert to anon, authenticated with check (false);",
        $"create policy \"{NoUpdate}\" on {table} as restrictive for update to anon, authenticated using (false);",
        $"create policy \"{NoDelete}\" on {table} as restrictive for delete to anon, authenticated using (false);",
    ];

    private static string[] DropBars(string table) =>
        [.. new[] { NoInsert, NoUpdate, NoDelete }.Select(policy => $"drop policy if exists \"{policy}\" on {table};")];
}
