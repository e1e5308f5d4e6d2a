using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>
/// Everything that the catalog contains about the schema <c>public</c> and its tables, as text: relations with owners, options and
/// access lists, columns, constraints, indexes, policies, triggers, functions, default privileges. Two equal texts are two
/// equal schemas.
/// </summary>
public static class ProductCatalog
{
    private const string Sql = """
        select line from (
          select 'schema ' || nspname || ' ' || nspowner::regrole || ' ' || coalesce(nspacl::text, '') as line from pg_namespace where nspname = 'public'
          union all
          select 'relation ' || concat_ws(' ', c.relname, c.relkind, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity,
                                          c.reloptions::text, c.relacl::text)
          from pg_class c where c.relnamespace = 'public'::regnamespace
          union all
          select 'column ' || concat_ws(' ', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attisdropped,
                                        a.attacl::text, a.attoptions::text, pg_get_expr(d.adbin, d.adrelid))
          from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and a.attnum > 0
          union all
          select 'constraint ' || concat_ws(' ', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid))
          from pg_constraint where connamespace = 'public'::regnamespace
          union all
          select 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
          from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace
          union all
          select 'policy ' || p::text from pg_policies p where schemaname = 'public'
          union all
          select 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
          union all
          select 'function ' || oid::regprocedure || ' ' || coalesce(proacl::text, '') from pg_proc where pronamespace = 'public'::regnamespace
          union all
          select 'default ' || concat_ws(' ', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl::text) from pg_default_acl) all_lines
        order by line collate "C"
        """;

    /// <summary>Reads it, as the tables' owner.</summary>
    public static async Task<string> ReadAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
