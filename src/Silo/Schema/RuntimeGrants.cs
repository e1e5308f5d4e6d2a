namespace Wingman.Silo.Schema;

/// <summary>The least that a role needs to run the service on a database whose schema another role applied.</summary>
internal static class RuntimeGrants
{
    /// <summary>The tables of names and challenges, which are shown where the database has them.</summary>
    public static readonly string[] OptionalTables = ["public.user_profiles", "public.approach_challenges"];

    private static readonly string[] ReadOnly = ["orleans.orleansquery", $"{SchemaMigrator.WingmanSchema}.{SchemaMigrator.Journal}"];

    private static readonly string[] Written =
    [
        "orleans.orleansstorage", "orleans.orleansmembershipversiontable", "orleans.orleansmembershiptable", "orleans.orleansreminderstable",
        "wingman.events", "wingman.no_show_detection", "wingman.service_gaps",
        "wingman.log_eras", "wingman.log_readers", "wingman.webhook_dead_letters",
    ];

    /// <summary>Less than a request waits for the database (<see cref="Storage.StorageOptions.Deadline"/>).</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The statements; they may be run again. The policies make row-level security let this one role through; a role that is above it
    /// (<c>bypassrls</c>, as Supabase's service role is) does not need them.
    /// </summary>
    /// <remarks>
    /// A policy is made under a lock that stops all traffic of its table. So a policy that is right stays as it is; the statement fails
    /// if it has to wait for the lock for long, since all traffic would wait behind it; and each table has a statement of its own, since the
    /// product's queries lock the tables in another order. A statement is a transaction: a service that runs never sees the table without
    /// its policy.
    /// </remarks>
    public static string For(string role)
    {
        var grantee = Quote(role);
        var policy = Quote($"wingman for {role}");
        string[] statements =
        [
            $"grant usage on schema {SchemaMigrator.OrleansSchema}, {SchemaMigrator.WingmanSchema} to {grantee};",
            $"grant select on {string.Join(", ", ReadOnly)} to {grantee};",
            $"grant select, insert, update, delete on {string.Join(", ", Written)} to {grantee};",
            $"grant select on sequence wingman.events_id_seq to {grantee};",
            $"grant select, insert, update on {string.Join(", ", RowSecurityCheck.Tables)} to {grantee};",
            .. RowSecurityCheck.Tables.Select(table => Do(PolicyOn(table, "*", "'true'", $"create policy {policy} on {table} to {grantee} using (true) with check (true);"))),
            .. OptionalTables.Select(table => Do(
                $"if to_regclass('{table}') is not null then grant select on {table} to {grantee}; "
                + $"{PolicyOn(table, "r", "null", $"create policy {policy} on {table} for select to {grantee} using (true);")} end if;")),
        ];
        return string.Join(Environment.NewLine, statements);

        string PolicyOn(string table, string command, string check, string create) =>
            $"if not exists (select from pg_policy where polrelid = '{table}'::regclass and polname = {Literal($"wingman for {role}")} and polpermissive "
            + $"and polcmd = '{command}' and polroles = array[{Literal(grantee)}::regrole::oid] and pg_get_expr(polqual, polrelid) = 'true' "
            + $"and pg_get_expr(polwithcheck, polrelid) is not distinct from {check}) "
            + $"then perform set_config('lock_timeout', '{LockTimeout.TotalSeconds}s', true); drop policy if exists {policy} on {table}; {create} end if;";
    }

    private static string Do(string block) => $"do $wingman$ begin {block} end $wingman$;";

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
