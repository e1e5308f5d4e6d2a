using Npgsql;
using Wingman.Operators;

namespace Wingman.Silo.Storage.Log;

/// <summary>Removes a user's id from the log, one part at a time, since no index leads from a user to their lines.</summary>
internal static class LogErasure
{
    /// <summary>How many lines a step reads. A step must end long before a call times out.</summary>
    public const int Part = 50_000;

    // The position of the part's last line is returned even if nothing was erased. A line that is committed into a part that was
    // searched already is missed, so an erasure searches again until nothing is found.
    private const string Sql = """
        with part as materialized (
          select tx, id, actor from wingman.events
          where (tx, id) > ($1, $2)
          order by tx, id limit $3),
        erased as (
          update wingman.events e set actor = null from part p
          where p.actor = $4 and e.tx = p.tx and e.id = p.id
          returning 1),
        logged as (
          insert into wingman.events (kind, at, operator, detail, host)
          select $5, $6, $7, $8, $9 where exists (select from erased))
        select (select count(*) from erased), last.tx, last.id, (select count(*) from part) = $3
        from (select null) always left join (select tx, id from part order by tx desc, id desc limit 1) last on true
        """;

    /// <summary>Erases within the next part, in one commit.</summary>
    public static async Task<(long Lines, ErasurePosition? Next)> RunAsync(
        NpgsqlDataSource database, string host, string kind, UserId user, OperatorAct act, DateTimeOffset at, ErasurePosition? after)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after?.Transaction ?? 0, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after?.Line ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Part });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = act.Operator });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = act.Reason });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = host });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var isFull = row.GetBoolean(3);
        return (row.GetInt64(0), isFull ? new(row.GetFieldValue<ulong>(1), row.GetInt64(2)) : null);
    }
}
