using Npgsql;
using Wingman.Silo.Hosting;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether the indexes that the schema scripts create in Wingman's own schemas are there and valid.</summary>
internal sealed class OwnIndexChecks : IDoctorCheck
{
    private const string Check = "own_indexes";
    private const string Twice = "nothing prevents that a row is written twice, and its writers would read the whole table";

    // An invalid index is not used by any read, and an invalid unique one need not be complete. regclass would omit a schema of the search path.
    private const string FoundSql = $"""
        select format('%I.%I', c.relnamespace::regnamespace::name, c.relname), i.indisvalid::text
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where c.relnamespace in (to_regnamespace('{SchemaMigrator.OrleansSchema}'), to_regnamespace('{SchemaMigrator.WingmanSchema}'))
        order by 1
        """;

    /// <summary>Each index, what is wrong without it, and how it is created.</summary>
    internal static readonly IReadOnlyList<(string Name, string Meaning, string Command)> Needed =
    [
        Key("wingman.events", "(tx, id)", "every read of the log would read all of it"),
        ("wingman.events_session", "explaining a session, or a disagreement about one, would read the whole log",
            "create index events_session on wingman.events using brin (session_id uuid_bloom_ops) with (pages_per_range = 16, autosummarize = on);"),
        Key("wingman.log_eras", "(era)", Twice),
        Key("wingman.log_readers", "(name)", Twice),
        Key("wingman.webhook_dead_letters", "(receiver, era, tx, id)", Twice),
        Key("wingman.no_show_detection", "(only_row)", Twice),
        Key("wingman.service_gaps", "(from_time)", Twice),
        Key("orleans.orleansquery", "(querykey)", "two texts of one statement could be stored, and silos could use either"),
        ("orleans.orleansstorage_key", "two silos could both store the first state of a grain, which could never be read again",
            "create unique index orleansstorage_key on orleans.orleansstorage "
            + "(grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid) nulls not distinct;"),
        Key("orleans.orleansmembershiptable", "(deploymentid, address, port, generation)", "two entries for one silo could be stored"),
        Key("orleans.orleansmembershipversiontable", "(deploymentid)", "two versions of one cluster's table could be stored"),
        Key("orleans.orleansreminderstable", "(serviceid, grainid, remindername)", "a reminder could be stored twice"),
        ("orleans.orleansreminderstable_hash", "each silo would read all reminders to find its own",
            "create index orleansreminderstable_hash on orleans.orleansreminderstable (serviceid, grainhash);"),
    ];

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var found = await connection.RowsAsync(FoundSql);
        List<Finding> findings = [];
        foreach (var (name, meaning, command) in Needed)
        {
            if (!found.Any(row => row[0] == name))
                findings.Add(new(Check, Severity.Problem, $"The index {name} is missing: {meaning}.") { Command = command });
        }

        foreach (var row in found.Where(static row => row[1] == "false"))
        {
            var meaning = Needed.Where(needed => needed.Name == row[0]).Select(static needed => $": {needed.Meaning}").FirstOrDefault();
            findings.Add(new(Check, meaning is null ? Severity.Warning : Severity.Problem, $"The index {row[0]} is invalid{meaning}.")
            {
                // A line break in a name must not begin a line of the command.
                Command = $"reindex index concurrently {OneLine.Of(row[0]!)};",
            });
        }

        if (findings.Count == 0) findings.Add(new(Check, Severity.Ok, "All indexes of Wingman's own tables are there."));
        return findings;
    }

    private static (string Name, string Meaning, string Command) Key(string table, string columns, string meaning) =>
        ($"{table}_pkey", meaning, $"alter table {table} add primary key {columns};");
}
