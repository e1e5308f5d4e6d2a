using Npgsql;
using NpgsqlTypes;
using Wingman.Events;
using Wingman.Silo.Hosting;
using Wingman.Silo.Storage.Batching;
using Wingman.Webhooks;
using static Wingman.Silo.Hosting.SiloCommands;

namespace Wingman.Silo.Webhooks;

/// <summary><c>Wingman.Silo webhooks list|dead|replay</c>: shows the state of receivers, and requests that events are delivered again.</summary>
internal static class WebhookCommand
{
    private const string Usage = """
        Usage: webhooks list               each receiver: how many events wait or are dead letters, since when it fails or is cut off
               webhooks dead [receiver]    the dead letters: events that it accepted in none of the attempts
               webhooks replay <receiver> [--from <event>]
                                           deliver its dead letters again, or everything from an event on (evt_...);
                                           a receiver that was cut off gets events again
        """;

    private const string ListSql = """
        select r.name, r.waiting || ' waiting, ' || (select count(*) from wingman.webhook_dead_letters d where d.receiver = r.name) || ' dead, seen '
               || to_char(r.seen_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SSZ')
               || coalesce(', failing since ' || to_char(r.failing_since at time zone 'utc', 'YYYY-MM-DD HH24:MI:SSZ') || ' (' || r.last_failure || ')', '')
               || coalesce(', CUT OFF ' || to_char(r.cut_off_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SSZ') || ': ' || r.cut_off_reason, '')
        from wingman.log_readers r order by r.name
        """;

    private const string DeadSql = """
        select receiver, format('evt_%s_%s_%s', era, tx, id) || '  ' || kind || ', ' || attempts || ' attempts, dead since '
               || to_char(dead_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SSZ') || ': ' || last_failure || case when asked_to_replay then ' (to be replayed)' else '' end
        from wingman.webhook_dead_letters where $1 is null or receiver = $1 order by receiver, era, tx, id
        """;

    private const string ReplayDeadSql = """
        with dead as (update wingman.webhook_dead_letters set asked_to_replay = true where receiver = $1 returning 1)
        update wingman.log_readers set asked_to_resume = true where name = $1 returning (select count(*) from dead)
        """;

    private const string ReplayFromSql = """
        update wingman.log_readers set asked_to_resume = true, asked_from_era = $2, asked_from_tx = $3, asked_from_id = $4
        where name = $1 returning 0::bigint
        """;

    /// <summary>Whether the command line asks for this instead of a silo.</summary>
    public static bool Asks(string[] args) => args is ["webhooks", ..];

    /// <summary>Does what the command line asks and says so.</summary>
    /// <returns>The process's exit code.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, ReadConfiguration().FindConnectionString(), Console.Out);

    /// <summary>Does it on a database.</summary>
    internal static async Task<int> RunAsync(string[] args, string? connectionString, TextWriter output)
    {
        if (args is not (["webhooks", "list"] or ["webhooks", "dead"] or ["webhooks", "dead", _] or ["webhooks", "replay", _] or ["webhooks", "replay", _, "--from", _]))
            return await RefuseAsync(Usage);
        if (string.IsNullOrEmpty(connectionString)) return await RefuseAsync("Set ConnectionStrings__Wingman to the service's database.");

        try
        {
            await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
            return args switch
            {
                [_, "list"] => await PrintAsync(database.CreateCommand(ListSql), "No receiver has been served yet.", output),
                [_, "dead"] => await PrintDeadAsync(database, null, output),
                [_, "dead", var receiver] => await PrintDeadAsync(database, receiver, output),
                [_, "replay", var receiver] => await ReplayAsync(database, receiver, null, output),
                [_, "replay", var receiver, _, var id] when WebhookMessage.TryParseId(id, out var from) => await ReplayAsync(database, receiver, from, output),
                _ => await RefuseAsync($"'{args[^1]}' is no event: evt_ and three numbers, as in the header webhook-id."),
            };
        }
        catch (Exception failure) when (DatabaseError.IsOfDatabase(failure))
        {
            return await RefuseAsync($"The database refused: {OneLine.Of(failure.Message)}");
        }
    }

    private static Task<int> PrintDeadAsync(NpgsqlDataSource database, string? receiver, TextWriter output)
    {
        var command = database.CreateCommand(DeadSql);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = receiver ?? (object)DBNull.Value });
        return PrintAsync(command, "There are no dead letters.", output);
    }

    private static async Task<int> PrintAsync(NpgsqlCommand command, string none, TextWriter output)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync();
            if (!reader.HasRows) await output.WriteLineAsync(none);
            // A name or a failure that another program wrote must neither look like a line of ours nor control the terminal.
            while (await reader.ReadAsync()) await output.WriteLineAsync(OneLine.Of($"{reader.GetString(0)}  {reader.GetString(1)}"));
            return 0;
        }
    }

    // The receiver's grain reads such requests from the database, so the command needs no cluster.
    private static async Task<int> ReplayAsync(NpgsqlDataSource database, string receiver, LogPosition? from, TextWriter output)
    {
        await using var command = database.CreateCommand(from is null ? ReplayDeadSql : ReplayFromSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receiver });
        if (from is { } position)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = position.Era });
            command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = position.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position.Id });
        }

        if (await command.ExecuteScalarAsync() is not long dead)
            return await RefuseAsync($"There is no receiver '{receiver}': webhooks list shows them.");
        await output.WriteLineAsync(from is null
            ? $"{dead} dead letters of {receiver} will be delivered again within seconds, if a silo serves it."
            : $"Everything from {WebhookMessage.IdOf(from.Value)} on will be delivered to {receiver} again, if a silo serves it.");
        return 0;
    }
}
