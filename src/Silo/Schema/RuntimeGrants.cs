namespace Wingman.Silo.Schema;

/// <summary>The least that a role needs to run the service on a database whose schema another role applied.</summary>
internal static class RuntimeGrants
{
    private static readonly string[] ReadOnly = ["orleans.orleansquery", $"{SchemaMigrator.WingmanSchema}.{SchemaMigrator.Journal}"];

    private static readonly string[] Written =
    [
        "orleans.orleansstorage", "orleans.orleansmembershipversiontable", "orleans.orleansmembershiptable", "orleans.orleansreminderstable",
        "wingman.events", "wingman.no_show_detection", "wingman.service_gaps",
        "wingman.log_eras", "wingman.log_readers", "wingman.webhook_dead_letters",
    ];

    // Names and challenges are shown where the database has them.
    private static readonly string[] OptionalTables = ["public.user_profiles", "public.approach_challenges"];

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
            $"GRANT USAGE ON SCHEMA {SchemaMigrator.OrleansSchema}, {SchemaMigrator.WingmanSchema} TO {grantee};",
            $"GRANT SELECT ON {string.Join(", ", ReadOnly)} TO {grantee};",
            $"GRANT SELECT, INSERT, UPDATE, DELETE ON {string.Join(", ", Written)} TO {grantee};",
            $"GRANT SELECT ON SEQUENCE wingman.events_id_seq TO {grantee};",
            $"GRANT SELECT, INSERT, UPDATE ON {string.Join(", ", RowSecurityCheck.Tables)} TO {grantee};",
            .. RowSecurityCheck.Tables.SelectMany(table => new[]
            {
                $"DROP POLICY IF EXISTS {policy} ON {table};",
                $"CREATE POLICY {policy} ON {table} TO {grantee} USING (true) WITH CHECK (true);",
            }),
            .. OptionalTables.Select(table =>
                $"DO $$ BEGIN IF to_regclass('{table}') IS NOT NULL THEN GRANT SELECT ON {table} TO {grantee}; DROP POLICY IF EXISTS {policy} ON {table}; "
                + $"CREATE POLICY {policy} ON {table} FOR SELECT TO {grantee} USING (true); END IF; END $$;"),
        ];
        return string.Join(Environment.NewLine, statements);
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
