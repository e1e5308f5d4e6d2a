using Npgsql;
using NpgsqlTypes;

namespace Wingman.Silo.Storage.Relational;

/// <summary>A column of a mapping's rows: its name, its type, and the array parameter that carries its values.</summary>
internal abstract class RowColumn(string name, string sqlType)
{
    public string Name { get; } = name;

    /// <summary>The Postgres type of an element.</summary>
    public string SqlType { get; } = sqlType;

    public abstract NpgsqlParameter Parameter { get; }

    public abstract void Clear();

    public abstract void Add(in GrainRowKey key, object state);
}

/// <inheritdoc/>
/// <typeparam name="TState">The state.</typeparam>
/// <typeparam name="TValue">The column's CLR type.</typeparam>
/// <param name="name">The column's name.</param>
/// <param name="sqlType">The Postgres type of an element.</param>
/// <param name="type">The same for Npgsql.</param>
/// <param name="value">Takes the value from the grain's UUID key and its state.</param>
internal sealed class RowColumn<TState, TValue>(string name, string sqlType, NpgsqlDbType type, Func<Guid, TState, TValue> value)
    : RowColumn(name, sqlType)
{
    private readonly NpgsqlParameter<List<TValue>> _parameter =
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [] };

    public override NpgsqlParameter Parameter => _parameter;

    public override void Clear() => _parameter.TypedValue!.Clear();

    public override void Add(in GrainRowKey key, object state) => _parameter.TypedValue!.Add(value(key.Guid, (TState)state));
}
