using Npgsql;

namespace Wingman.Testing.Invariants;

/// <summary>
/// Records every change of a session or match in the commit of the change: its writer, and the row before and after. Lines of
/// one row are in the order of its changes, because the writer of a row holds its lock.
/// </summary>
internal static class ChangeJournal
{
    /// <summary>The name under which Wingman connects in these tests.</summary>
    public const string Ours = "wingman under test";

    private const string Sql = """
        create schema journal;
        create table journal.changes
        (
          id       bigint generated always as identity primary key,
          tx       xid8 not null default pg_current_xact_id(),
          writer   text not null default current_setting('application_name'),
          relation text not null,
          row_id   uuid not null,
          before   jsonb,
          after    jsonb
        );
        create index on journal.changes (tx);
        create index on journal.changes (row_id);
        -- The old backend's role may not write here itself.
        create function journal.note() returns trigger language plpgsql security definer as $body$
        begin
          insert into journal.changes (relation, row_id, before, after)
          values (tg_table_name, coalesce(new.id, old.id), to_jsonb(old), to_jsonb(new));
          return null;
        end
        $body$;
        create trigger journal after insert or update or delete on public.wingman_matches for each row execute function journal.note();
        create trigger journal after insert or update or delete on public.wingman_sessions for each row execute function journal.note();
        """;

    /// <summary>Starts recording.</summary>
    public static async Task BeginAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync();
    }
}
