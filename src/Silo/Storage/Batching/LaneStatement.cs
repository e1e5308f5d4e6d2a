using System.Collections;
using Npgsql;
using NpgsqlTypes;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// A set-based statement: array parameters, one element per request of a batch. Belongs to one lane, which fills it again for
/// each batch.
/// </summary>
internal abstract class LaneStatement
{
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<IList> _arrays = [];

    /// <summary>The statement's text, with positional parameters.</summary>
    public abstract string Sql { get; }

    /// <summary>The parameters, in their order.</summary>
    public IReadOnlyList<NpgsqlParameter> Parameters => _parameters;

    /// <summary>Adds an array parameter.</summary>
    /// <returns>The list that carries its elements.</returns>
    protected List<T> AddArray<T>(NpgsqlDbType elementType)
    {
        List<T> elements = [];
        _parameters.Add(new NpgsqlParameter<List<T>> { NpgsqlDbType = NpgsqlDbType.Array | elementType, TypedValue = elements });
        _arrays.Add(elements);
        return elements;
    }

    /// <summary>Adds a text that is the same for every batch.</summary>
    protected void AddText(string value) => _parameters.Add(new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = value });

    /// <summary>Empties the arrays.</summary>
    protected void Clear() => _arrays.ForEach(static elements => elements.Clear());
}
