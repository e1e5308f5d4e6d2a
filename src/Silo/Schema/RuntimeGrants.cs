namespace Wingman.Silo.Schema;

/// <summary>The least that a role needs to run the service on a database whose schema another role applied.</summary>
internal static class RuntimeGrants
{
    private static readonly string[] ReadOnly = ["orleans.orleansquery", "orleans.wingman_schema_versions"];

    private static readonly string[] OrleansTables =
        ["orleans.orleansstorage", "orleans.orleansmembershipversiontable", "orleans.orleansmembershiptable", "orleans.orleansreminderstable"];

    private static readonly string[] ProductTables = ["public.wingman_matches", "public.wingman_sessions"];

    private const string Ledger = "public.reputation_credits";

    /// <summary>
    /// The statements, safe to repeat. The policies make row-level security let this one role through; a role that is above it
    /// (<c>BYPASSRLS</c>, as Supabase's service role is) does not need them.
    /// </summary>
    public static string For(string role)
    {
        var grantee = Quote(role);
        var policy = Quote($"wingman for {role}");
        string[] statements =
        [
            $"GRANT USAGE ON SCHEMA {SchemaMigrator.SchemaName} TO {grantee};",
            $"GRANT SELECT ON {string.Join(", ", ReadOnly)} TO {grantee};",
            $"GRANT SELECT, INSERT, UPDATE, DELETE ON {string.Join(", ", OrleansTables)} TO {grantee};",
            $"GRANT SELECT, INSERT, UPDATE ON {string.Join(", ", ProductTables)} TO {grantee};",
            $"GRANT SELECT, INSERT ON {Ledger} TO {grantee};",
            .. ProductTables.Append(Ledger).SelectMany(table => new[]
            {
                $"DROP POLICY IF EXISTS {policy} ON {table};",
                $"CREATE POLICY {policy} ON {table} TO {grantee} USING (true) WITH CHECK (true);",
            }),
        ];
        return string.Join(Environment.NewLine, statements);
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
