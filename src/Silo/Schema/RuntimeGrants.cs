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
    /// The statements, in one transaction; safe to repeat. The policies make row-level security let this one role through; a role
    /// that is above it (<c>bypassrls</c>, as Supabase's service role is) does not need them.
    /// </summary>
    /// <remarks>
    /// A policy can only be replaced under a lock that stops all traffic of its table: rather fail than let the traffic queue up
    /// behind a lock that is not to be had. In a transaction, a service that runs never sees a moment without its policies.
    /// </remarks>
    public static string For(string role)
    {
        var grantee = Quote(role);
        var policy = Quote($"wingman for {role}");
        string[] statements =
        [
            "begin;",
            "set local lock_timeout = '5s';",
            $"grant usage on schema {SchemaMigrator.OrleansSchema}, {SchemaMigrator.WingmanSchema} to {grantee};",
            $"grant select on {string.Join(", ", ReadOnly)} to {grantee};",
            $"grant select, insert, update, delete on {string.Join(", ", Written)} to {grantee};",
            $"grant select on sequence wingman.events_id_seq to {grantee};",
            $"grant select, insert, update on {string.Join(", ", RowSecurityCheck.Tables)} to {grantee};",
            .. RowSecurityCheck.Tables.SelectMany(table => new[]
            {
                $"drop policy if exists {policy} on {table};",
                $"create policy {policy} on {table} to {grantee} using (true) with check (true);",
            }),
            .. OptionalTables.Select(table =>
                $"do $$ begin if to_regclass('{table}') is not null then grant select on {table} to {grantee}; drop policy if exists {policy} on {table}; "
                + $"create policy {policy} on {table} for select to {grantee} using (true); end if; end $$;"),
            "commit;",
        ];
        return string.Join(Environment.NewLine, statements);
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
